// SPDX-License-Identifier: MIT
// The program: a command line, a mode, the capitalize service behind it.
#include <cstdio>

#include "core/capitalize_service.hpp"
#include "main/command_line.hpp"
#include "majuscule/serve.hpp"

int main(int count, char** arguments) {
  using namespace majuscule;
  const CommandLine line = parse_command_line({arguments + 1, arguments + count});
  if (!line.error.empty()) {
    std::fprintf(stderr, "%s\n", line.error.c_str());
    return 2;
  }
  if (!line.options) {
    std::fputs(line.output.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  return serve(*line.options, *find_mode(line.options->mode),
               [](const Options& options, const Surroundings& around) {
                 return std::make_unique<CapitalizeService>(options, around);
               });
}
