// SPDX-License-Identifier: MIT
// The fixtures of the black-box tests. Each test starts its own server, and whatever the test did to it, the
// server must then still be alive and end with exit code 0 when it is told to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http_client.hpp"
#include "majuscule/mode.hpp"
#include "server.hpp"

namespace majuscule::test {

/// The names in the server's table of modes, or those of them that MAJUSCULE_TEST_MODES lists
/// ("epoll,threads"), without those that cannot run here.
[[nodiscard]] std::vector<std::string> mode_names();

/// Those of `wanted` that are among them.
[[nodiscard]] std::vector<std::string> mode_names(const std::vector<std::string>& wanted);

/// Why `mode` cannot run in this build or on this system; empty when it can.
[[nodiscard]] std::string reason_against(const Mode& mode);

/// True when `mode` serves one client to its end before it accepts the next one: what needs two clients at
/// once cannot be asked of it.
[[nodiscard]] bool serves_one_client_at_a_time(const std::string& mode);

/// Skips a test that needs several clients at once where the mode does not serve them.
#define MAJUSCULE_NEEDS_CLIENTS_AT_ONCE()                           \
  if (::majuscule::test::serves_one_client_at_a_time(GetParam())) { \
    GTEST_SKIP() << GetParam() << " serves one client at a time";   \
  }                                                                 \
  static_assert(true, "takes a semicolon")

/// True when `mode` burns a CPU by design, also when there is nothing to do.
[[nodiscard]] bool never_sleeps(const std::string& mode);

/// A mode's name as a part of a test's name, where only letters, digits and underscores may stand.
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

  /// Waits for the server to end and expects it to do so with `code`.
  void expect_exit(int code);

  /// Tells the server to end as an operator would, and expects it to do so well: the end of every test that
  /// has not ended its server otherwise.
  void expect_clean_stop();

  /// True when a new client gets what it asks for.
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

/// Runs them against those named, as far as they can run here.
#define MAJUSCULE_RUN_IN_THE_MODES(Suite, ...) \
  MAJUSCULE_RUN_IN(Suite, AFew, ::majuscule::test::mode_names({__VA_ARGS__}))

#define MAJUSCULE_RUN_IN(Suite, prefix, names)                                     \
  INSTANTIATE_TEST_SUITE_P(prefix, Suite, ::testing::ValuesIn(names),              \
                           [](const ::testing::TestParamInfo<std::string>& mode) { \
                             return ::majuscule::test::test_name(mode.param);      \
                           })
