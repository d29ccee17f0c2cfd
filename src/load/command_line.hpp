// SPDX-License-Identifier: MIT
// Parses the load client's command line: options, or a text to print with an exit code.
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
  std::optional<std::size_t> body_size;  ///< if set, requests are POSTs
  std::string text = "hello WORLD";      ///< the message of the raw protocol
  BodyCheck check = BodyCheck::kAuto;
  std::size_t idle = 0;             ///< additional clients that stay silent
  std::optional<unsigned> sources;  ///< addresses to connect from; none: as many as the ports require
  std::optional<unsigned> cpu;      ///< the core to run on
  bool json = false;
  std::string hgrm;  ///< prefix of the percentile files' names; empty: none
  std::vector<Assertion> assertions;
};

struct LoadCommandLine {
  std::optional<LoadOptions> options;  ///< set: run with these
  std::string output;                  ///< else for stdout (--help and the like) ...
  std::string error;                   ///< ... or a line for stderr and exit code 2
};

/// Parses the arguments after the program's name. Never throws because of their contents.
LoadCommandLine parse_load_command_line(const std::vector<std::string>& arguments);

/// Describes the load: "GET http://127.0.0.1:8000/, 64 connections, closed loop, for 10 s".
std::string in_words(const LoadOptions& options);

}  // namespace majuscule
