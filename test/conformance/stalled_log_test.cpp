// SPDX-License-Identifier: MIT
// Standard error is a full pipe, since a log collector is stuck. The server does not wait for it: clients are
// accepted and served, and all signals work. When the pipe is read again, the log reports how many messages
// are lost.
#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/configuration_test.hpp"
#include "support/pipe.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class StalledLog : public ConfigurationTest {
 protected:
  /// Starts a server whose log has no room for one more byte.
  void start_stalled(const std::vector<std::string>& options) {
    start(options, into_the_pipe());
    log_.fill();
  }

  [[nodiscard]] Process::Limits into_the_pipe() const { return {.inheritance = {.error = log_.writer()}}; }

  /// Connects a client above the limit, which the server logs a warning for.
  void expect_refused() {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz"));
    EXPECT_EQ(client.receive().status, 503);
  }

  /// Returns a client whose request is in progress.
  HttpClient client_in_task() {
    HttpClient client = connect();
    client.send(get("/capitalize?text=in+flight"));
    EXPECT_TRUE(client.tcp().wait_until_server_has_read());
    return client;
  }

  /// Sends `number`, and waits until the server drains: an idle client is closed.
  void begin_drain(int number) {
    HttpClient idle = connect();
    expect_ok(idle.request(get("/healthz")), "ok");
    server().process().signal(number);
    EXPECT_TRUE(idle.is_closed_by_server());
  }

  Pipe log_;
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(StalledLog);

TEST_P(StalledLog, DoesNotDelayClients) {
  start_stalled({"--max-connections=2"});
  {
    HttpClient first = connect();
    HttpClient second = connect();
    expect_ok(first.request(post("fIRST")), "First");
    expect_ok(second.request(post("sECOND")), "Second");
    for (int i = 0; i < 3; ++i) {
      expect_refused();
      expect_ok(first.request(post("sTILL")), "Still");
    }
  }
  EXPECT_TRUE(eventually([this] {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz", "Connection: close\r\n"));
    return client.receive().status == 200;
  }));
  // Other programs share the open file description, such as a shell, which expects writes to wait.
  EXPECT_EQ(::fcntl(log_.writer(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_P(StalledLog, DoesNotDelayTheStart) {
  log_.fill();
  start({"--max-connections=100000000", "--log-level=trace"}, into_the_pipe());  // which causes a warning
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(StalledLog, DoesNotDelayTheDrain) {
  start_stalled({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient busy = client_in_task();
  begin_drain(SIGTERM);
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

TEST_P(StalledLog, DoesNotDelayTheDrainTimeout) {
  start_stalled({"--task=sleep:1min", "--drain-timeout=300ms"});
  HttpClient busy = client_in_task();
  server().process().signal(SIGTERM);
  expect_exit(0);
}

TEST_P(StalledLog, DoesNotDelayASecondSignal) {
  start_stalled({"--task=sleep:1min", "--drain-timeout=1min"});
  HttpClient busy = client_in_task();
  begin_drain(SIGTERM);
  server().process().signal(SIGINT);
  expect_exit(1);
}

TEST_P(StalledLog, DoesNotDelayTheEndOfABurningTask) {
  start_stalled({"--task=cpu:1min", "--drain-timeout=300ms"});
  HttpClient busy = client_in_task();
  server().process().signal(SIGTERM);
  expect_exit(0);
}

TEST_P(StalledLog, DoesNotDelayAFailedReopening) {
  const TemporaryDirectory directory;
  const std::string folder = directory.path() + "/log";
  std::filesystem::create_directory(folder);
  start_stalled({"--access-log=" + folder + "/access.log"});
  std::filesystem::rename(folder, folder + ".gone");
  for (int i = 0; i < 3; ++i) {
    server().process().signal(SIGUSR1);  // fails, and the handler itself logs that
    EXPECT_TRUE(serves_a_new_client());
  }
}

TEST_P(StalledLog, DoesNotDelayTheReplacementOfWorkers) {
  if (!has_workers()) {
    GTEST_SKIP() << "there is no worker to replace";
  }
  start_stalled({});
  const std::vector<pid_t> before = children_of(server().process().pid());
  ASSERT_EQ(before.size(), 2U);
  ::kill(before.front(), SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const std::vector<pid_t> now = children_of(server().process().pid());
    return now.size() == 2 && std::find(now.begin(), now.end(), before.front()) == now.end();
  }));
  EXPECT_TRUE(serves_a_new_client());
}

/// Complete lines, before and after the gap.
TEST_P(StalledLog, ReportsLostMessagesWhenItIsReadAgain) {
  start_stalled({"--max-connections=1"});
  HttpClient holder = connect();
  expect_ok(holder.request(get("/healthz")), "ok");
  expect_refused();  // with a warning, which does not fit
  const std::regex said("(^|[^0-9])[1-9][0-9]* [^\n]*(lost|dropped)");
  EXPECT_TRUE(eventually([&] {
    log_.read_now();
    expect_refused();  // with a warning once a second
    std::this_thread::sleep_for(milliseconds(50));
    return std::regex_search(log_.text(), said);
  })) << log_.text();
  server().process().signal(SIGTERM);
  expect_exit(0);
  std::istringstream lines(log_.text_to_the_end());
  const std::regex whole("(20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:.]+ [a-z]+|majuscule:) .*");
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.empty() || std::regex_match(line, whole)) << line;
  }
}

TEST_P(StalledLog, WithADeadReaderDoesNotChangeTheExitCode) {
  for (const int number : {SIGTERM, SIGINT}) {
    Pipe log;
    start({"--max-connections=1"}, {.inheritance = {.error = log.writer()}});
    log.close_writer();
    log.close_reader();
    HttpClient holder = connect();
    expect_ok(holder.request(get("/healthz")), "ok");
    expect_refused();
    server().process().signal(number);
    expect_exit(0);
  }
}

}  // namespace
}  // namespace majuscule::test
