// SPDX-License-Identifier: MIT
// A running `majuscule` with both listeners on ports that the kernel chose. It is ready when the constructor
// returns, and belongs to one test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process.hpp"
#include "stats.hpp"

namespace majuscule::test {

/// Returns `--mode=MODE` and the words of MAJUSCULE_TEST_OPTIONS. Unless `options` set --threads, adds enough
/// threads for any test's clients or tasks at once. Scales the timeouts that `options` do not set, as the
/// tests' own waits are scaled.
[[nodiscard]] std::vector<std::string> mode_options(const std::string& mode,
                                                    const std::vector<std::string>& options);

class Server {
 public:
  /// Starts `majuscule --mode=MODE --port=0 --raw-port=0 OPTIONS...`, after the words of
  /// MAJUSCULE_TEST_WRAPPER (a command such as valgrind), and waits until it has printed both ports. Throws,
  /// with its output, when it ends or prints nothing.
  Server(std::string mode, const std::vector<std::string>& options, Process::Limits limits = {});

  [[nodiscard]] const std::string& mode() const { return mode_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t raw_port() const { return raw_port_; }
  [[nodiscard]] Process& process() { return process_; }

  /// Returns the document of /stats, over a new connection.
  [[nodiscard]] Stats stats() const;

  /// Sends SIGTERM. Returns the exit code, or nothing when the server still runs after patience().
  [[nodiscard]] std::optional<int> stop();

 private:
  std::string mode_;
  Process process_;
  std::uint16_t port_ = 0;
  std::uint16_t raw_port_ = 0;
};

}  // namespace majuscule::test
