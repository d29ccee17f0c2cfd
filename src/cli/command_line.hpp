// SPDX-License-Identifier: MIT
// Parses the command line: options, or a text to print with an exit code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "majuscule/options.hpp"

namespace majuscule {

struct CommandLine {
  std::optional<Options> options;  ///< set: run the server with these
  std::string output;              ///< else for stdout (--help and the like) ...
  std::string error;               ///< ... or a line for stderr and exit code 2
};

/// Parses the arguments after the program's name. Never throws because of their contents.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace majuscule
