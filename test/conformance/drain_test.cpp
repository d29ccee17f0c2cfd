// SPDX-License-Identifier: MIT
// Stopping: SIGTERM and SIGINT let requests in flight finish and nothing else. A second signal and
// --drain-timeout end what does not finish. The log reports the drain, and idle connections close.
#include <signal.h>

#include <algorithm>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

/// Long enough for the signal to come before it ends, even on a busy machine.
const std::string kLongTask = "--task=sleep:" + duration_option(milliseconds(3'000));

class Drain : public ModeTest {
 protected:
  static bool serves_several() { return !serves_one_client_at_a_time(GetParam()); }

  /// A master reports its drain just before it tells its workers.
  bool has_workers() { return !children_of(server().process().pid()).empty(); }

  /// Returns a client whose connection is idle after an answered request.
  HttpClient idle_client() {
    HttpClient client = connect();
    expect_ok(client.request(get("/healthz")), "ok");
    return client;
  }

  /// Sends `number` and waits until the server drains, and has closed an idle connection if it can serve one.
  void begin_drain(int number = SIGTERM) {
    std::optional<HttpClient> idle;
    if (serves_several() || has_workers()) {
      idle = idle_client();
    }
    server().process().signal(number);
    EXPECT_TRUE(logs("draining: "));
    EXPECT_TRUE(!idle || idle->is_closed_by_server()) << "an idle client should be closed without a byte";
  }

  /// Waits for the server to end and expects the reason in its log.
  void expect_exit_saying(int code, const std::string& reason) {
    (void)server().process().wait();
    const std::string log = server().process().standard_error();
    EXPECT_NE(log.find(reason), std::string::npos) << log;
    expect_exit(code);
  }

  bool logs(const std::string& text, milliseconds limit = patience()) {
    return eventually([&] { return server().process().standard_error().find(text) != std::string::npos; },
                      limit);
  }

  /// Stops the server and its workers, until each of them gets SIGCONT.
  void stop_all_processes() {
    std::vector<pid_t> all = children_of(server().process().pid());
    all.push_back(server().process().pid());
    for (const pid_t pid : all) {
      ::kill(pid, SIGSTOP);
    }
    EXPECT_TRUE(eventually(
        [&] { return std::all_of(all.begin(), all.end(), [](pid_t pid) { return state_of(pid) == 'T'; }); }));
  }

  /// Returns a client whose request is in progress.
  HttpClient client_in_task(const std::string& text = get("/capitalize?text=in+flight")) {
    HttpClient client = connect();
    client.send(text);
    EXPECT_TRUE(client.tcp().wait_until_server_has_read());
    return client;
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Drain);

TEST_P(Drain, OfAnIdleServerEndsAtOnce) {
  for (const int number : {SIGTERM, SIGINT}) {
    SCOPED_TRACE(number);
    start();
    EXPECT_TRUE(serves_a_new_client());
    server().process().signal(number);
    expect_exit(0);
  }
}

TEST_P(Drain, ClosesIdleClientsWithoutAByte) {
  start();
  HttpClient first = idle_client();
  begin_drain();
  EXPECT_TRUE(first.is_closed_by_server());
  expect_exit(0);
}

TEST_P(Drain, AnswersRequestsInFlightCompletely) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  for (const int number : {SIGTERM, SIGINT}) {
    SCOPED_TRACE(number);
    start({kLongTask, "--drain-timeout=10min"});
    HttpClient getter = client_in_task();
    const std::string body(300'000, 'P');
    HttpClient poster = client_in_task(post(body));
    TcpClient raw = connect_raw();
    EXPECT_TRUE(raw.send("raw in flight"));
    EXPECT_TRUE(raw.wait_until_server_has_read());
    begin_drain(number);
    expect_ok(getter.receive(), "In flight", Connection::kCloses);
    EXPECT_TRUE(getter.is_closed_by_server());
    expect_ok(poster.receive(), capitalized(body), Connection::kCloses);
    EXPECT_TRUE(poster.is_closed_by_server());
    EXPECT_EQ(raw.receive_to_end().bytes, "Raw in flight");
    expect_exit(0);
  }
}

/// A client that connected and sent its request before the signal is answered, even if it was not accepted
/// yet. The server is stopped while they connect, so that none is accepted before the signal.
TEST_P(Drain, AnswersClientsThatStillWaitToBeAccepted) {
  constexpr int kClients = 200;
  start();
  const std::vector<pid_t> workers = children_of(server().process().pid());
  const bool is_alone = workers.empty() && find_mode(GetParam())->sharing == Sharing::kOneThread;
  stop_all_processes();
  std::vector<HttpClient> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(connect());
    clients.back().send(get("/capitalize?text=c" + std::to_string(i)));
  }
  server().process().signal(SIGTERM);
  server().process().signal(SIGCONT);
  if (server_sanitizer() == Sanitizer::kThread && !logs("draining: ", milliseconds(10'000))) {
    server().process().signal(
        SIGTERM);  // the thread sanitizer lost a signal that came while the process was stopped
  }
  EXPECT_TRUE(logs("draining: "));
  for (const pid_t worker : workers) {
    ::kill(worker, SIGCONT);
  }
  for (int i = 0; i < kClients; ++i) {
    const std::vector<HttpResponse> responses = clients[static_cast<std::size_t>(i)].receive_to_end();
    ASSERT_EQ(responses.size(), 1U) << "client " << i;
    EXPECT_EQ(responses[0].status, 200);
    EXPECT_EQ(responses[0].body, "C" + std::to_string(i));
    // Other threads or workers may accept just before the thread with the signal begins the drain.
    ASSERT_TRUE(responses[0].says_close() || !is_alone) << "client " << i << " came before the drain";
  }
  expect_exit(0);
}

TEST_P(Drain, RefusesNewClients) {
  start({kLongTask, "--drain-timeout=10min"});
  HttpClient busy = client_in_task();
  begin_drain();
  EXPECT_FALSE(TcpClient::try_connect(server().port()).has_value());
  EXPECT_FALSE(TcpClient::try_connect(server().raw_port()).has_value());
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

TEST_P(Drain, AnswersHealthChecksOfConnectedClients) {
  start();
  HttpClient fresh = connect();
  ASSERT_TRUE(!serves_several() || eventually([&] { return server().stats()["connections/open"] == 2; }));
  begin_drain();
  const HttpResponse response = fresh.request(get("/healthz"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "draining");
  EXPECT_TRUE(response.says_close());
  EXPECT_TRUE(fresh.is_closed_by_server());
  expect_exit(0);
}

TEST_P(Drain, DoesNotWaitForSilentClients) {
  start({"--drain-timeout=" + duration_option(milliseconds(30'000))});
  HttpClient silent = connect();
  begin_drain();
  EXPECT_TRUE(silent.is_closed_by_server());
  expect_exit(0);
}

TEST_P(Drain, AnswersEveryRequestOfAPipelineItHasRead) {
  start({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient client =
      client_in_task(get("/capitalize?text=one") + get("/capitalize?text=two") + post("three"));
  begin_drain();
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 3U);
  expect_ok(responses[0], "One");
  expect_ok(responses[1], "Two");
  expect_ok(responses[2], "Three", Connection::kCloses);
  expect_exit(0);
}

/// A request was received too if it arrived after one whose reply the client reads slowly.
TEST_P(Drain, AnswersTheRequestBehindAReplyThatIsBeingRead) {
  start({"--max-body=64MiB", "--drain-timeout=" + duration_option(milliseconds(10'000)),
         "--write-timeout=" + duration_option(milliseconds(30'000))});
  const std::string body(8 * 1024 * 1024, 'S');  // larger than the socket buffers
  HttpClient client(server().port(), 4096);
  client.send(post(body));
  EXPECT_TRUE(client.tcp().wait_until_server_has_sent());
  client.send(get("/capitalize?text=behind"));
  begin_drain();
  expect_ok(client.receive(), capitalized(body));
  expect_ok(client.receive(), "Behind", Connection::kCloses);
  client.tcp().close();
  expect_exit(0);
}

TEST_P(Drain, WaitsForARequestThatIsStillArriving) {
  start();
  HttpClient client = client_in_task(post("hello").substr(0, post("hello").size() - 2));
  begin_drain();
  expect_ok(client.request("LO"), "Hello", Connection::kCloses);
  expect_exit(0);
}

TEST_P(Drain, ClosesTheRestAtItsTimeout) {
  start({"--task=sleep:1min", "--drain-timeout=" + duration_option(milliseconds(300))});
  HttpClient client = client_in_task();
  const auto begin = Clock::now();
  begin_drain();
  expect_exit_saying(0, "drain timeout: closed 1 connection\n");
  EXPECT_GE(Clock::now() - begin, scaled(milliseconds(250)));
  const Received received = client.tcp().receive_to_end();
  EXPECT_EQ(received.bytes, "");
  EXPECT_NE(received.ending, Ending::kStillOpen);
}

TEST_P(Drain, SecondSignalEndsAtOnce) {
  start({"--task=sleep:1min", "--drain-timeout=1min"});
  HttpClient client = client_in_task();
  begin_drain();
  EXPECT_TRUE(server().process().is_running());
  signal_again(SIGTERM);
  expect_exit_saying(1, "second signal: exiting at once");
}

/// A task that blocks or burns CPU beyond the timeout cannot be interrupted; the process ends nevertheless.
TEST_P(Drain, IsNotBlockedByATaskThatBurnsCpu) {
  start({"--task=cpu:1min", "--drain-timeout=300ms"});
  HttpClient client = client_in_task();
  server().process().signal(SIGTERM);
  expect_exit_saying(0, "a task still blocks; exiting without waiting for it");
}

TEST_P(Drain, IsNotBlockedByATaskThatBlocks) {
  if (server_sanitizer() == Sanitizer::kThread) {
    GTEST_SKIP() << "ThreadSanitizer delays signals to a thread that blocks in clock_nanosleep";
  }
  start({"--task=block:1min", "--drain-timeout=300ms"});
  HttpClient client = client_in_task();
  server().process().signal(SIGTERM);
  expect_exit_saying(0, "a task still blocks; exiting without waiting for it");
}

TEST_P(Drain, SecondSignalEndsATaskThatCannotBeInterrupted) {
  start({"--task=cpu:1min", "--drain-timeout=1min"});
  HttpClient client = client_in_task();
  server().process().signal(SIGTERM);
  server().process().signal(SIGINT);
  expect_exit(1);
}

}  // namespace
}  // namespace majuscule::test
