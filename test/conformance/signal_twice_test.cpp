// SPDX-License-Identifier: MIT
// timeout(1) and shells signal a process and then its group: the same signal twice within a moment, which
// counts once. A deliberate second signal comes later, or is a different one.
#include <signal.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/configuration_test.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class SignalTwice : public ConfigurationTest {
 protected:
  /// A server that leads a process group, with a request in progress.
  struct Busy {
    std::unique_ptr<Server> server;
    std::optional<HttpClient> client = std::nullopt;

    void ask() {
      client.emplace(server->port());
      client->send(get("/capitalize?text=in+flight"));
      EXPECT_TRUE(client->tcp().wait_until_server_has_read());
    }
  };

  [[nodiscard]] static Busy start_group(const std::vector<std::string>& options) {
    return {std::make_unique<Server>(GetParam().mode, GetParam().with(options),
                                     Process::Limits{.inheritance = {.leads_a_group = true}})};
  }
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(SignalTwice);

TEST_P(SignalTwice, WithinAMomentCountsOnce) {
  constexpr int kServers = 8;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    SCOPED_TRACE(number);
    std::vector<Busy> all;
    for (int i = 0; i < (number == SIGTERM ? kServers : 2); ++i) {
      all.push_back(start_group({"--task=sleep:" + duration_option(milliseconds(700)), "--log-level=off"}));
    }
    for (Busy& one : all) {
      one.ask();
      const pid_t pid = one.server->process().pid();
      ::kill(pid, number);
      ::kill(-pid, number);
    }
    for (Busy& one : all) {
      expect_ok(one.client->receive(), "In flight", Connection::kCloses);
      EXPECT_EQ(one.server->process().wait(), 0);
    }
  }
}

TEST_P(SignalTwice, WithAPauseEndsAtOnce) {
  Busy one = start_group({"--task=sleep:1min", "--drain-timeout=1min"});
  one.ask();
  one.server->process().signal(SIGTERM);
  std::this_thread::sleep_for(milliseconds(1'500));  // the pause is what is tested
  EXPECT_TRUE(one.server->process().is_running());
  one.server->process().signal(SIGTERM);
  EXPECT_EQ(one.server->process().wait(), 1);
}

TEST_P(SignalTwice, WithAnotherSignalEndsAtOnce) {
  Busy one = start_group({"--task=sleep:1min", "--drain-timeout=1min"});
  one.ask();
  one.server->process().signal(SIGTERM);
  one.server->process().signal(SIGINT);
  EXPECT_EQ(one.server->process().wait(), 1);
}

}  // namespace
}  // namespace majuscule::test
