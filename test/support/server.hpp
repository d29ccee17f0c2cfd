// SPDX-License-Identifier: MIT
// A running `majuscule` with both listeners on ports that the kernel chose. It is ready when the constructor
// returns, and it belongs to one test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process.hpp"
#include "stats.hpp"

namespace majuscule::test {

/// `--mode=MODE`, and the words of MAJUSCULE_TEST_OPTIONS; and, unless `options` say how many, enough threads
/// for any test's clients at once, in a pool whose threads each serve one of them, or for its tasks, in one
/// whose threads each do one of them. Where the tests wait longer, so do the timeouts that `options` do not
/// set.
[[nodiscard]] std::vector<std::string> mode_options(const std::string& mode,
                                                    const std::vector<std::string>& options);

class Server {
 public:
  /// Starts `majuscule --mode=MODE --port=0 --raw-port=0 OPTIONS...`, behind the words of
  /// MAJUSCULE_TEST_WRAPPER (a command such as valgrind), and waits until it has printed both ports. Throws,
  /// with what it wrote, when it ends or is silent instead.
  Server(std::string mode, const std::vector<std::string>& options, Process::Limits limits = {});

  [[nodiscard]] const std::string& mode() const { return mode_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t raw_port() const { return raw_port_; }
  [[nodiscard]] Process& process() { return process_; }

  /// The document of /stats, asked for on a connection of its own.
  [[nodiscard]] Stats stats() const;

  /// Sends SIGTERM; the exit code, or nothing when the server still runs after patience().
  [[nodiscard]] std::optional<int> stop();

 private:
  std::string mode_;
  Process process_;
  std::uint16_t port_ = 0;
  std::uint16_t raw_port_ = 0;
};

}  // namespace majuscule::test
