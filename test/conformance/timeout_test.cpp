// SPDX-License-Identifier: MIT
// Slow clients. Each timeout is for the whole step: single bytes do not extend it. A client sends single
// bytes for far longer than the timeout, and the answer or the close must come while it still sends.
#include <thread>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr milliseconds kTimeout{400};

class Timeout : public ModeTest {
 protected:
  /// Sends a byte of `text` (repeatedly from its start) every tenth of the timeout until the server answers
  /// or closes, for at most patience(). Returns everything received until the close.
  static Received drip(TcpClient& client, const std::string& text) {
    const auto deadline = Clock::now() + patience();
    for (std::size_t i = 0; Clock::now() < deadline; ++i) {
      if (!client.send(text.substr(i % text.size(), 1))) {
        break;
      }
      Received some = client.receive_some(scaled(kTimeout) / 10);
      if (some.ending != Ending::kStillOpen) {
        return some;
      }
      if (!some.bytes.empty()) {
        const Received rest = client.receive_to_end();
        return {some.bytes + rest.bytes, rest.ending};
      }
    }
    return {"", Ending::kStillOpen};
  }

  /// Expects the one 408 for a client that sends `head` and then single bytes of `rest`.
  void expect_timeout(HttpClient& client, const std::string& head, const std::string& rest) {
    const auto begin = Clock::now();
    ASSERT_TRUE(client.tcp().send(head));
    const Received received = drip(client.tcp(), rest);
    EXPECT_GE(Clock::now() - begin, scaled(kTimeout) * 9 / 10) << "too early";
    EXPECT_EQ(received.ending, Ending::kEndOfInput);
    const std::vector<HttpResponse> responses = all_responses(received.bytes);
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 408, Connection::kCloses);
  }

  void expect_timed_out(int count) { EXPECT_EQ(server().stats()["connections/timed_out"], count); }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Timeout);

std::string option(const char* name) { return "--" + std::string(name) + "=" + duration_option(kTimeout); }

TEST_P(Timeout, OfTheHeaderIsNotExtendedBySingleBytes) {
  start({option("header-timeout")});
  HttpClient client = connect();
  expect_timeout(client, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", "s");
  expect_timed_out(1);
  EXPECT_EQ(server().stats()["responses/408"], 1);
}

TEST_P(Timeout, OfTheHeaderHoldsInsideTheRequestLine) {
  start({option("header-timeout")});
  HttpClient client = connect();
  expect_timeout(client, "G", "E");
}

TEST_P(Timeout, OfTheHeaderHoldsAgainstAClientThatStops) {
  start({option("header-timeout")});
  HttpClient client = connect();
  client.send("GET / HTTP/1.1\r\n");
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 1U);
  expect_error(responses[0], 408, Connection::kCloses);
}

TEST_P(Timeout, OfTheHeaderHoldsForALaterRequestToo) {
  start({option("header-timeout")});
  HttpClient client = connect();
  expect_ok(client.request(get("/healthz")), "ok");
  expect_ok(client.request(get("/healthz")), "ok");
  expect_timeout(client, "GET / HTTP/1.1\r\nX-Slow: ", "s");
  expect_timed_out(1);
}

TEST_P(Timeout, OfTheHeaderStartsWithTheFirstByteOfEachRequest) {
  start({option("header-timeout")});
  HttpClient client = connect();
  const auto begin = Clock::now();
  while (Clock::now() - begin < scaled(kTimeout) * 2) {
    expect_ok(client.request(get("/healthz")), "ok");
    ASSERT_TRUE(client.tcp().receive_some(scaled(kTimeout) / 4).bytes.empty());
  }
  expect_ok(client.request(get("/healthz")), "ok");
}

TEST_P(Timeout, OfTheBodyIsNotExtendedBySingleBytes) {
  start({option("body-timeout")});
  HttpClient client = connect();
  expect_timeout(client, request("POST", "/capitalize", "Content-Length: 100000\r\n"), "body");
  expect_timed_out(1);
  HttpClient chunked = connect();
  expect_timeout(chunked, request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n"), "1\r\nb\r\n");
  expect_timed_out(2);
  EXPECT_EQ(server().stats()["responses/408"], 2);
}

TEST_P(Timeout, OfTheBodyCoversTheTrailers) {
  start({option("body-timeout")});
  HttpClient client = connect();
  expect_timeout(
      client,
      request("POST", "/capitalize", "Transfer-Encoding: chunked\r\n") + "2\r\nab\r\n0\r\nX-Slow: ", "s");
}

TEST_P(Timeout, OfTheBodyHoldsForAClientThatWaitedForContinue) {
  start({option("body-timeout")});
  HttpClient client = connect();
  client.send(request("POST", "/capitalize", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(client.receive().status, 100);
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 1U);
  expect_error(responses[0], 408, Connection::kCloses);
}

TEST_P(Timeout, OfTheBodyAcceptsASlowBodyWithinIt) {
  start({"--body-timeout=" + duration_option(milliseconds(20'000)), option("idle-timeout")});
  HttpClient client = connect();
  client.send(request("POST", "/capitalize", "Content-Length: 8\r\n"));
  for (const char* piece : {"aB", "cD", "eF", "gH"}) {
    EXPECT_TRUE(client.tcp().receive_some(scaled(kTimeout) / 2).bytes.empty());
    client.send(piece);
  }
  expect_ok(client.receive(), "Abcdefgh");
}

TEST_P(Timeout, OfAnIdleConnectionClosesWithoutAByte) {
  start({option("idle-timeout")});
  HttpClient client = connect();
  expect_ok(client.request(get("/healthz")), "ok");
  const auto begin = Clock::now();
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_GE(Clock::now() - begin, scaled(kTimeout) / 2) << "closed long before the timeout";
  expect_timed_out(1);
}

/// When no client is left, the server sleeps.
TEST_P(Timeout, OfTheLastClientLetsTheServerSleep) {
  if (never_sleeps(GetParam())) {
    GTEST_SKIP() << GetParam() << " never sleeps: it always uses a whole CPU";
  }
  start({option("idle-timeout"), "--task=sleep:" + duration_option(milliseconds(20))});
  HttpClient client = connect();
  expect_ok(client.request(get("/capitalize?text=hello")), "Hello");
  EXPECT_TRUE(client.is_closed_by_server());
  const milliseconds window(500);
  const auto before = cpu_time_of(server().process().pid());
  std::this_thread::sleep_for(window);
  EXPECT_LT(cpu_time_of(server().process().pid()) - before, window / 4)
      << "a server that spins would use all of the window";
}

TEST_P(Timeout, OfASilentClientClosesIt) {
  for (const char* name : {"idle-timeout", "header-timeout"}) {
    SCOPED_TRACE(name);
    start({option(name)});
    const auto begin = Clock::now();
    HttpClient client = connect();
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_GE(Clock::now() - begin, scaled(kTimeout) * 9 / 10);
    expect_timed_out(1);
    expect_clean_stop();
  }
}

TEST_P(Timeout, OfASilentRawClientClosesIt) {
  start({option("header-timeout")});
  TcpClient client = connect_raw();
  const Received received = client.receive_to_end();
  EXPECT_EQ(received.bytes, "");
  EXPECT_EQ(received.ending, Ending::kEndOfInput);
  expect_timed_out(1);
}

/// Requests a reply that does not fit into the socket buffers, from a client that does not read it.
TEST_P(Timeout, OfWritingClosesAClientThatDoesNotRead) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  constexpr std::size_t kSize = 32 * 1024 * 1024;
  start({option("write-timeout"), "--max-body=64MiB"});
  HttpClient client(server().port(), 4096);
  client.send(post(std::string(kSize, 'W')));
  EXPECT_TRUE(eventually([this] { return server().stats()["connections/timed_out"] == 1; }));
  EXPECT_TRUE(eventually([this] { return server().stats()["connections/open"] == 1; }));
  const Received received = client.tcp().receive_to_end();
  EXPECT_LT(received.bytes.size(), kSize);
  EXPECT_NE(received.ending, Ending::kStillOpen);
}

TEST_P(Timeout, OfWritingIsNotExtendedByReadingALittle) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({"--write-timeout=" + duration_option(4 * kTimeout), "--max-body=64MiB"});  // time for a first read
  HttpClient reader(server().port(), 4096);
  reader.send(post(std::string(32 * 1024 * 1024, 'W')));
  HttpClient watcher = connect();
  std::size_t received = 0;
  EXPECT_TRUE(eventually([&] {
    received += reader.tcp().receive_some(scaled(kTimeout) / 10).bytes.size();
    return stats_over(watcher)["connections/timed_out"] == 1;
  }));
  EXPECT_GT(received, 0U) << "the reader read nothing";
  EXPECT_TRUE(eventually([&] { return stats_over(watcher)["connections/open"] == 1; }));
}

TEST_P(Timeout, OfEachKindIsCountedOnce) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  // A body of 8 MiB takes time on a busy machine, so it is built before its client has a deadline.
  const std::string large_request = post(std::string(8 * 1024 * 1024, 'W'));
  start({option("header-timeout"), "--body-timeout=" + duration_option(10 * kTimeout), option("idle-timeout"),
         option("write-timeout"), "--max-body=16MiB"});
  HttpClient in_head = connect();
  in_head.send("GET / HTTP/1.1\r\n");
  HttpClient in_body = connect();
  in_body.send(request("POST", "/capitalize", "Content-Length: 5\r\n"));
  HttpClient in_answer(server().port(), 4096);
  in_answer.send(large_request);
  HttpClient between = connect();
  expect_ok(between.request(get("/healthz")), "ok");
  HttpClient silent = connect();
  TcpClient raw = connect_raw();
  EXPECT_TRUE(eventually([this] { return server().stats()["connections/open"] == 1; }));
  expect_timed_out(6);
}

TEST_P(Timeout, DoesNotAffectOtherClients) {
  MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
  start({option("header-timeout"), option("body-timeout")});
  std::vector<HttpClient> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(connect());
    slow.back().send(i % 2 == 0 ? "GET / HT" : post("hello").substr(0, post("hello").size() - 1));
  }
  EXPECT_TRUE(serves_a_new_client());
  for (HttpClient& client : slow) {
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], 408, Connection::kCloses);
  }
  expect_timed_out(20);
  EXPECT_TRUE(serves_a_new_client());
}

}  // namespace
}  // namespace majuscule::test
