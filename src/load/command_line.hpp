// SPDX-License-Identifier: MIT
// The load client's command line as a value, or as the text it deserves instead.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "measure/assertion.hpp"
#include "measure/load_config.hpp"
#include "measure/target.hpp"

namespace majuscule {

struct LoadOptions {
  Target target;
  LoadConfig config;
  std::optional<std::size_t> body_size;  ///< then it POSTs
  std::string text = "hello WORLD";      ///< the message of the raw protocol
  BodyCheck check = BodyCheck::kAuto;
  std::size_t idle = 0;             ///< silent clients beside
  std::optional<unsigned> sources;  ///< addresses to connect from; none: as many as ports are needed
  std::optional<unsigned> cpu;      ///< the core to run on
  bool json = false;
  std::string hgrm;  ///< the beginning of the names of the percentile files; empty: none
  std::vector<Assertion> assertions;
};

struct LoadCommandLine {
  std::optional<LoadOptions> options;  ///< set: run with these
  std::string output;                  ///< else for stdout (--help and the like) ...
  std::string error;                   ///< ... or a line for stderr, and then the exit code is 2
};

/// Parses the arguments behind the program's name. Never throws for what they say.
LoadCommandLine parse_load_command_line(const std::vector<std::string>& arguments);

/// The load in words: "GET http://127.0.0.1:8000/, 64 connections, closed loop, for 10 s".
std::string in_words(const LoadOptions& options);

}  // namespace majuscule
