// SPDX-License-Identifier: MIT
// The command line as a value, or as the text and exit code it deserves instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "majuscule/options.hpp"

namespace majuscule {

struct CommandLine {
  std::optional<Options> options;  ///< set: run with these
  std::string output;              ///< else for stdout (--help and the like) ...
  std::string error;               ///< ... or a line for stderr, and then the exit code is 2
};

/// Parses the arguments behind the program's name. Never throws for what they say.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace majuscule
