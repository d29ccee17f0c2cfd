// SPDX-License-Identifier: MIT
// Any words on the command line give options within their documented ranges, a text, or one line that says
// what is wrong. An input has one word on each line; a vertical tab represents a newline inside a word.
#include <algorithm>

#include "cli/command_line.hpp"
#include "fuzz/fuzz.hpp"
#include "majuscule/mode.hpp"

namespace majuscule::test {
namespace {

std::vector<std::string> words(std::string_view input) {
  std::vector<std::string> words;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    words.emplace_back(input.substr(0, end));
    std::replace(words.back().begin(), words.back().end(), '\v', '\n');
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  return words;
}

void check_durations(const Options& o) {
  for (const Duration duration : {o.limits.header_timeout, o.limits.body_timeout, o.limits.idle_timeout,
                                  o.limits.write_timeout, o.drain_timeout}) {
    expect(duration > Duration::zero() && duration <= std::chrono::days(366),
           "timeouts are within their range");
  }
  expect(o.task.duration >= Duration::zero() && o.task.duration <= std::chrono::days(366),
         "tasks are within their range");
}

void check_options(const Options& o) {
  const Mode* const mode = find_mode(o.mode);
  expect(mode != nullptr, "the mode exists");
  const auto guards = allowed_guards(mode->sharing);
  expect(!o.guard || std::find(guards.begin(), guards.end(), *o.guard) != guards.end(),
         "the mode allows the guard");
  expect(!o.host.empty(), "there is a host");
  expect(!o.raw_port || o.port == 0 || o.raw_port != o.port, "each protocol has its port");
  expect(o.task_every >= 1 && o.backlog >= 1, "counts are positive");
  expect(!o.max_connections || (*o.max_connections >= 1 && *o.max_connections <= 1U << 30),
         "so is the number of connections");
  expect(o.limits.max_header >= 1 && o.limits.max_body >= 1, "limits are positive");
  constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error", "off"};
  expect(std::find(std::begin(kLevels), std::end(kLevels), o.log_level) != std::end(kLevels),
         "the log level exists");
  check_durations(o);
}

}  // namespace
}  // namespace majuscule::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace majuscule;
  using test::expect;
  const CommandLine line = parse_command_line(test::words({reinterpret_cast<const char*>(data), size}));
  expect(line.options.has_value() + !line.output.empty() + !line.error.empty() == 1,
         "a command line has one outcome");
  if (line.options) test::check_options(*line.options);
  expect(line.output.empty() || line.output.ends_with('\n'), "a text ends with a newline");
  expect(line.error.empty() || line.error.starts_with("majuscule: "), "an error names the program");
  expect(line.error.find('\n') == std::string::npos, "an error is one line");
  return 0;
}
