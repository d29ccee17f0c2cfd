// SPDX-License-Identifier: MIT
// The end of a connection: a client that stays after its last answer is closed, and every deadline holds
// while the server drains.
#include <signal.h>

#include <thread>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr milliseconds kTimeout{1'000};

class Farewell : public ModeTest {
 protected:
  /// Returns a client that got its last answer, with `status`, and does not close.
  HttpClient client_that_stays(const std::string& text, int status) {
    HttpClient client = connect();
    client.send(text);
    const std::vector<HttpResponse> responses = client.receive_to_end();
    EXPECT_EQ(responses.size(), 1U);
    expect_error(responses.at(0), status, Connection::kCloses);
    return client;
  }

  /// Expects the server to close although `client` does not. That it may send for longer, up to a bound, is
  /// tested in virtual time.
  void expect_let_go(TcpClient& client) {
    HttpClient watcher = connect();
    (void)client.send("more");
    EXPECT_TRUE(eventually([&] { return stats_over(watcher)["connections/open"] == 1; }))
        << stats_over(watcher).document();
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Farewell);

TEST_P(Farewell, ClientThatStaysAfterAnErrorIsClosed) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start();
  HttpClient client = client_that_stays("garbage\r\n\r\n", 400);
  expect_let_go(client.tcp());
  const Stats stats = server().stats();
  EXPECT_EQ(stats["connections/timed_out"], 0) << "it got its answer in time";
  EXPECT_EQ(stats["responses/400"], 1);
}

TEST_P(Farewell, RawClientThatStaysIsClosed) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start();
  TcpClient client = connect_raw();
  EXPECT_TRUE(client.send(std::string(1'024, 'R')));
  EXPECT_EQ(client.receive_to_end().bytes, capitalized(std::string(1'024, 'R')));
  expect_let_go(client);
  EXPECT_EQ(server().stats()["connections/timed_out"], 0);
}

TEST_P(Farewell, ClientThatStaysAfterItsTimeoutIsCountedOnce) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--header-timeout=" + duration_option(kTimeout)});
  HttpClient client = client_that_stays("GET / HTTP/1.1\r\n", 408);
  expect_let_go(client.tcp());
  const Stats stats = server().stats();
  EXPECT_EQ(stats["connections/timed_out"], 1);
  EXPECT_EQ(stats["responses/408"], 1);
}

/// It reads only when it has sent everything it announced. Closing earlier would reset the connection and
/// lose the answer.
TEST_P(Farewell, RefusedUploadMaySendSlowlyBeforeItReads) {
  if (GetParam() != "epoll" && GetParam() != "threads" && GetParam() != "process" && GetParam() != "uring") {
    GTEST_SKIP() << "its way of waiting is tested in another mode, and the time does not depend on the mode";
  }
  start({"--max-body=1KiB"});
  HttpClient client = connect();
  client.send(request("POST", "/capitalize", "Content-Length: 12000\r\n"));
  for (int i = 0; i < 12; ++i) {
    std::this_thread::sleep_for(milliseconds(250));  // a slow client is what is tested
    EXPECT_TRUE(client.tcp().send(std::string(1'000, 'a'))) << "closed after " << i << " pieces";
  }
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 1U);
  expect_error(responses[0], 413, Connection::kCloses);
}

TEST_P(Farewell, ClientThatStaysDoesNotDelayTheDrain) {
  start({"--drain-timeout=10min"});
  HttpClient client = client_that_stays("garbage\r\n\r\n", 400);
  server().process().signal(SIGTERM);
  expect_exit(0);
}

TEST_P(Farewell, EveryDeadlineHoldsInADrain) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--drain-timeout=10min", "--max-body=16MiB", "--header-timeout=" + duration_option(kTimeout),
         "--body-timeout=" + duration_option(kTimeout), "--write-timeout=" + duration_option(kTimeout)});
  HttpClient in_head = connect();
  in_head.send("GET / HTTP/1.1\r\n");
  HttpClient in_body = connect();
  in_body.send(request("POST", "/capitalize", "Content-Length: 5\r\n"));
  HttpClient in_answer(server().port(), 4096);
  in_answer.send(post(std::string(8 * 1024 * 1024, 'W')));
  EXPECT_FALSE(in_answer.tcp().receive_some().bytes.empty());
  EXPECT_TRUE(in_body.tcp().wait_until_server_has_read());
  server().process().signal(SIGTERM);
  for (HttpClient* client : {&in_head, &in_body}) {
    const std::vector<HttpResponse> responses = client->receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 408, Connection::kCloses);
  }
  expect_exit(0);
}

}  // namespace
}  // namespace majuscule::test
