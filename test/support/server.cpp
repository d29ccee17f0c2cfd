// SPDX-License-Identifier: MIT
// Starts the server, and reads its ports from the lines that it prints.
#include "server.hpp"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "http_client.hpp"

namespace majuscule::test {

namespace {

/// Pools in which each client holds a thread, and pools in which only tasks do: enough threads for the
/// clients and tasks of any test.
const std::map<std::string, std::string> kEnoughThreads = {
    {"pool", "256"}, {"leader-follower", "16"}, {"pipeline", "16"}, {"half-sync", "16"}};

/// The server's default timeouts. They are scaled together with the waits of the tests.
const std::map<std::string, milliseconds> kTimeouts = {{"--header-timeout", std::chrono::seconds(10)},
                                                       {"--body-timeout", std::chrono::seconds(30)},
                                                       {"--idle-timeout", std::chrono::seconds(60)},
                                                       {"--write-timeout", std::chrono::seconds(30)},
                                                       {"--drain-timeout", std::chrono::seconds(10)}};

std::vector<std::string> words_of(const char* variable) {
  const char* const value = std::getenv(variable);
  std::istringstream text(value != nullptr ? value : "");
  return {std::istream_iterator<std::string>(text), {}};
}

/// Returns the words of MAJUSCULE_TEST_WRAPPER, the server, and its options.
std::vector<std::string> command_line(const std::string& mode, const std::vector<std::string>& options) {
  std::vector<std::string> words = words_of("MAJUSCULE_TEST_WRAPPER");
  words.push_back(majuscule_binary());
  const std::vector<std::string> of_the_mode = mode_options(mode, options);
  words.insert(words.end(), of_the_mode.begin(), of_the_mode.end());
  words.insert(words.end(), {"--port=0", "--raw-port=0"});
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

Process start(const std::vector<std::string>& command, Process::Limits limits) {
  return Process(command.front(), {command.begin() + 1, command.end()}, limits);
}

/// Returns the port in the line that announces a listener, 0 while the line is not there.
std::uint16_t announced_port(const std::string& output, const std::string& scheme, const std::string& mode) {
  const std::regex line("listening on " + scheme + "://(?:127\\.0\\.0\\.1|\\[::\\]):([0-9]+) \\(mode " +
                        mode + "\\)\n");
  std::smatch match;
  return std::regex_search(output, match, line) ? static_cast<std::uint16_t>(std::stoi(match[1])) : 0;
}

}  // namespace

std::vector<std::string> mode_options(const std::string& mode, const std::vector<std::string>& options) {
  std::vector<std::string> words{"--mode=" + mode};
  const auto sets_threads = [](const std::string& option) { return option.starts_with("--threads="); };
  const auto enough = kEnoughThreads.find(mode);
  if (enough != kEnoughThreads.end() && std::none_of(options.begin(), options.end(), sets_threads)) {
    words.emplace_back("--threads=" + enough->second);
  }
  for (std::string& word : words_of("MAJUSCULE_TEST_OPTIONS")) {
    words.push_back(std::move(word));
  }
  const auto sets_workers = [](const std::string& option) { return option.starts_with("--workers="); };
  if (mode == "sigio" && (std::any_of(words.begin(), words.end(), sets_workers) ||
                          std::any_of(options.begin(), options.end(), sets_workers))) {
    words.emplace_back("--reuseport");  // its workers cannot share a listener
  }
  for (const auto& [flag, base] : kTimeouts) {
    const auto sets_it = [&](const std::string& option) { return option.starts_with(flag + "="); };
    if (scaled(base) != base && std::none_of(options.begin(), options.end(), sets_it)) {
      words.push_back(flag + "=" + duration_option(base));
    }
  }
  return words;
}

Server::Server(std::string mode, const std::vector<std::string>& options, Process::Limits limits)
    : mode_(std::move(mode)), process_(start(command_line(mode_, options), limits)) {
  const bool is_ready = eventually([this] {
    const bool is_running = process_.is_running();
    const std::string output = process_.standard_output();
    port_ = announced_port(output, "http", mode_);
    raw_port_ = announced_port(output, "raw", mode_);
    return (port_ != 0 && raw_port_ != 0) || !is_running;
  });
  if (!is_ready || port_ == 0 || raw_port_ == 0) {
    throw std::runtime_error("the server did not announce its two ports; it wrote: " +
                             process_.standard_output() + process_.standard_error());
  }
}

Stats Server::stats() const {
  HttpClient client(port_);
  return stats_over(client);
}

std::optional<int> Server::stop() {
  process_.signal(SIGTERM);
  return process_.wait();
}

}  // namespace majuscule::test
