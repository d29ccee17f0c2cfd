// SPDX-License-Identifier: MIT
// The program `majuscule`: parses the command line, selects a mode, and runs it with the capitalize service.
#include <unistd.h>

#include <system_error>

#include "app/capitalize_service.hpp"
#include "base/inherited.hpp"
#include "base/line_output.hpp"
#include "cli/command_line.hpp"
#include "majuscule/serve.hpp"

// Runs before the libraries' constructors: process 1 of a container loses signals that come before it has a
// handler. The sanitizers are not ready for it at that time.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
[[gnu::used, gnu::section(".preinit_array")]] static void (*const kFirst)() = majuscule::reset_signals;
#endif

int main(int count, char** arguments) {
  using namespace majuscule;
  prepare_process();
  const CommandLine line = parse_command_line({arguments + 1, arguments + count});
  if (!line.error.empty()) {
    write_all(STDERR_FILENO, line.error + "\n");
    return 2;
  }
  if (!line.options) {
    if (const std::error_code error = write_all(STDOUT_FILENO, line.output)) {
      say("cannot write to standard output: " + error.message());
      return 1;
    }
    return 0;
  }
  return serve(*line.options, *find_mode(line.options->mode),
               [](const Options& options, const ServerInfo& around) {
                 return std::make_unique<CapitalizeService>(options, around);
               });
}
