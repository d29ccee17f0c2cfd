// SPDX-License-Identifier: MIT
// The fixtures of the black-box tests. Each test starts its own server. Whatever the test did, the server
// must then still run, and end with exit code 0 when it is told to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http_client.hpp"
#include "majuscule/mode.hpp"
#include "server.hpp"

namespace majuscule::test {

/// Returns the modes of the server, or those of them in MAJUSCULE_TEST_MODES ("epoll,threads"), without modes
/// that cannot run here.
[[nodiscard]] std::vector<std::string> mode_names();

/// Returns those of `wanted` that are among them.
[[nodiscard]] std::vector<std::string> mode_names(const std::vector<std::string>& wanted);

/// Returns why `mode` cannot run in this build or on this system; empty when it can.
[[nodiscard]] std::string reason_against(const Mode& mode);

/// Returns true when `mode` serves one client to its end before it accepts the next: tests with two clients
/// at once do not apply.
[[nodiscard]] bool serves_one_client_at_a_time(const std::string& mode);

/// Skips a test that needs several clients at once where the mode does not serve them.
#define MAJUSCULE_NEEDS_CLIENTS_AT_ONCE()                           \
  if (::majuscule::test::serves_one_client_at_a_time(GetParam())) { \
    GTEST_SKIP() << GetParam() << " serves one client at a time";   \
  }                                                                 \
  static_assert(true, "takes a semicolon")

/// Returns true when `mode` burns a CPU by design, even when idle.
[[nodiscard]] bool never_sleeps(const std::string& mode);

/// Returns a mode's name as a part of a test's name, which may have only letters, digits and underscores.
[[nodiscard]] std::string test_name(std::string mode);

class ServerTest : public ::testing::Test {
 protected:
  /// Starts the test's server.
  Server& start(const std::string& mode, const std::vector<std::string>& options = {},
                Process::Limits limits = {});

  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] HttpClient connect() { return HttpClient(server_->port()); }
  [[nodiscard]] TcpClient connect_raw() { return TcpClient(server_->raw_port()); }

  /// Sends a stop signal to a server that drains, late enough to count as a second one.
  void signal_again(int number);

  /// Waits for the server to end and expects exit code `code`.
  void expect_exit(int code);

  /// Tells the server to end as an operator would, and expects exit code 0: the end of every test that has
  /// not ended its server otherwise.
  void expect_clean_stop();

  /// Returns true when a new client is served.
  [[nodiscard]] bool serves_a_new_client();

  void TearDown() override { expect_clean_stop(); }

 private:
  std::unique_ptr<Server> server_;
};

/// A test that runs once for every mode.
class ModeTest : public ServerTest, public ::testing::WithParamInterface<std::string> {
 protected:
  Server& start(const std::vector<std::string>& options = {}, Process::Limits limits = {}) {
    return ServerTest::start(GetParam(), options, limits);
  }
};

}  // namespace majuscule::test

/// Runs the tests of `Suite`, derived from ModeTest, against every mode.
#define MAJUSCULE_RUN_IN_EVERY_MODE(Suite) MAJUSCULE_RUN_IN(Suite, EveryMode, ::majuscule::test::mode_names())

/// Runs them in the named modes, as far as these can run here.
#define MAJUSCULE_RUN_IN_THE_MODES(Suite, ...) \
  MAJUSCULE_RUN_IN(Suite, AFew, ::majuscule::test::mode_names({__VA_ARGS__}))

#define MAJUSCULE_RUN_IN(Suite, prefix, names)                                     \
  INSTANTIATE_TEST_SUITE_P(prefix, Suite, ::testing::ValuesIn(names),              \
                           [](const ::testing::TestParamInfo<std::string>& mode) { \
                             return ::majuscule::test::test_name(mode.param);      \
                           })
