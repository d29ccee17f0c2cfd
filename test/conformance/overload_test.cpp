// SPDX-License-Identifier: MIT
// More clients than allowed, more than there are descriptors, and clients that stall. Excess clients get a
// refusal, and the others are not affected.
#include <unistd.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "majuscule/mode.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class Overload : public ModeTest {
 protected:
  void SetUp() override { MAJUSCULE_NEEDS_CLIENTS_AT_ONCE(); }

  /// Expects the refusal of a client above the limit that sends its request nevertheless.
  void expect_refused() {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz"));
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    const std::string retry_after = responses[0].header("Retry-After").value_or("");
    EXPECT_TRUE(!retry_after.empty() && retry_after.find_first_not_of("0123456789") == std::string::npos)
        << "Retry-After: '" << retry_after << "' is not a number of seconds";
    expect_error(responses[0], 503, Connection::kCloses, {{"Retry-After", retry_after}});
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Overload);

TEST_P(Overload, ClientPastMaxConnectionsIsAnswered503) {
  start({"--max-connections=2"});
  HttpClient first = connect();
  HttpClient second = connect();
  expect_ok(first.request(get("/healthz")), "ok");
  expect_ok(second.request(get("/healthz")), "ok");
  expect_refused();
  expect_refused();
  const Stats stats = stats_over(first);
  EXPECT_EQ(stats["connections/refused"], 2);
  EXPECT_EQ(stats["connections/open"], 2);
  EXPECT_EQ(stats["responses/503"], 2);
  expect_ok(second.request(get("/healthz")), "ok");
}

TEST_P(Overload, RawClientPastMaxConnectionsIsClosed) {
  start({"--max-connections=1"});
  HttpClient first = connect();
  expect_ok(first.request(get("/healthz")), "ok");
  TcpClient raw = connect_raw();
  const Received received = raw.receive_to_end();
  EXPECT_EQ(received.bytes, "");
  EXPECT_NE(received.ending, Ending::kStillOpen);
  const Stats stats = stats_over(first);
  EXPECT_EQ(stats["connections/refused"], 1);
  EXPECT_EQ(stats["requests"], 0);
}

/// A refused client is held for a moment, so that its answer arrives; only the latest ones are held.
TEST_P(Overload, RefusedClientsDoNotPileUp) {
  constexpr int kRefused = 300;
  constexpr int kHeld = 64;
  start({"--max-connections=1"});
  HttpClient first = connect();
  expect_ok(first.request(get("/healthz")), "ok");
  const pid_t pid = server().process().pid();
  const std::int64_t quiet = descriptors_of(pid);
  std::vector<HttpClient> refused;
  for (int i = 0; i < kRefused; ++i) {
    refused.push_back(connect());
    (void)refused.back().tcp().send(get("/healthz"));
    ASSERT_TRUE(eventually([&] { return stats_over(first)["connections/refused"] == i + 1; }));
    EXPECT_LE(descriptors_of(pid), quiet + kHeld + 1) << "after " << i << " clients";
  }
  EXPECT_TRUE(eventually([&] { return stats_over(first)["connections/refused"] == kRefused; }));
  const bool with_patience = GetParam() == "epoll" || GetParam() == "threads";
  for (HttpClient& client : refused) {
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    EXPECT_EQ(responses[0].status, 503);
  }
  if (!with_patience) {
    refused.clear();
  }
  // At most that many: a starting thread may have had one open when they were counted (malloc reads the
  // number of CPUs from /sys).
  EXPECT_TRUE(eventually([&] { return descriptors_of(pid) <= quiet; }))
      << descriptors_of(pid) << " descriptors, " << quiet << " before"
      << (with_patience ? ", though none has closed" : "");
}

/// It reads only when it has sent its whole request. The server must not close earlier, or the client would
/// never read the refusal.
TEST_P(Overload, RefusedClientMaySendSlowlyBeforeItReads) {
  start({"--max-connections=1"});
  HttpClient first = connect();
  expect_ok(first.request(get("/healthz")), "ok");
  HttpClient slow = connect();
  slow.send("POST /capitalize HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(milliseconds(120));  // a slow client is what is tested
    EXPECT_TRUE(slow.tcp().send(std::string(10'000, 'a'))) << "closed after " << i << " pieces";
  }
  const std::vector<HttpResponse> responses = slow.receive_to_end();
  ASSERT_EQ(responses.size(), 1U);
  EXPECT_EQ(responses[0].status, 503);
}

TEST_P(Overload, AcceptsAgainWhenAClientLeaves) {
  start({"--max-connections=1"});
  for (int round = 0; round < 5; ++round) {
    std::optional<HttpClient> holder;
    ASSERT_TRUE(eventually([&] {  // the server notices the close of the earlier client after a moment
      HttpClient client = connect();
      (void)client.tcp().send(get("/healthz"));
      if (client.receive().status != 200) return false;
      holder.emplace(std::move(client));
      return true;
    }));
    expect_refused();
    expect_ok(holder->request(get("/healthz")), "ok");
  }
}

/// The descriptors run out before the default of --max-connections is reached.
TEST_P(Overload, KeepsServingWithoutDescriptors) {
  start({}, Process::Limits{.descriptors = 64});
  {
    std::vector<HttpClient> crowd;
    int served = 0;
    int refused = 0;
    for (int i = 0; i < 120; ++i) {
      crowd.push_back(connect());
      (void)crowd.back().tcp().send(get("/healthz"));
      const HttpResponse response = crowd.back().receive();
      served += response.status == 200 ? 1 : 0;
      refused += response.status == 503 ? 1 : 0;
    }
    EXPECT_GE(served, 16);
    EXPECT_LE(served, 64);
    EXPECT_EQ(served + refused, 120);
    expect_ok(crowd.front().request(get("/healthz")), "ok");
  }
  EXPECT_TRUE(eventually([this] {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz", "Connection: close\r\n"));
    return client.receive().status == 200;
  }));
}

TEST_P(Overload, KeepsServingWithoutThreads) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can start the server as a separate user, whose threads are counted";
  }
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer needs additional threads";
  }
  if (find_mode(GetParam())->has_pool) {
    GTEST_SKIP() << GetParam() << " starts its threads before it accepts, or has none";
  }
  start({}, Process::Limits{.threads = 24});
  int refused = 0;
  {
    std::vector<HttpClient> crowd;
    for (int i = 0; i < 60; ++i) {
      crowd.push_back(connect());
      (void)crowd.back().tcp().send(get("/healthz"));
      const HttpResponse response = crowd.back().receive();
      EXPECT_TRUE(response.status == 200 || response.status == 503) << response.raw;
      refused += response.status == 503 ? 1 : 0;
    }
    const Stats stats = stats_over(crowd.front());
    EXPECT_EQ(stats["connections/refused"], refused);
    EXPECT_EQ(stats["connections/open"], 60 - refused);
    EXPECT_EQ(stats["connections/accepted"], 60 - refused);
  }
  const bool needs_one_for_each = GetParam() == "threads" || GetParam() == "process";
  EXPECT_EQ(refused > 0, needs_one_for_each) << refused << " of 60 clients were refused";
  EXPECT_TRUE(eventually([this] {
    HttpClient client = connect();
    (void)client.tcp().send(get("/healthz", "Connection: close\r\n"));
    return client.receive().status == 200;
  }));
}

TEST_P(Overload, ClientsThatDoNotReadDoNotAffectOthers) {
  start({"--max-body=16MiB"});
  std::vector<HttpClient> stalled;
  for (int i = 0; i < 3; ++i) {
    stalled.emplace_back(server().port(), 4096);
    stalled.back().send(post(std::string(12 * 1024 * 1024, 'S')));
  }
  HttpClient good = connect();
  for (int i = 0; i < 100; ++i) {
    expect_ok(good.request(get("/capitalize?text=good")), "Good");
  }
  for (HttpClient& client : stalled) {
    expect_ok(client.receive(), capitalized(std::string(12 * 1024 * 1024, 'S')));
  }
}

/// A client that pipelines without end and never reads is stopped by its TCP window: the server takes no more
/// requests than it can answer.
TEST_P(Overload, ClientThatNeverReadsIsStopped) {
  start();
  HttpClient greedy(server().port(), 4096);
  std::string requests;
  while (requests.size() < 64 * 1024) {
    requests += get("/capitalize?text=greedy");
  }
  std::size_t sent = 0;
  std::size_t taken = requests.size();
  constexpr std::size_t kTooMuch = 256 * 1024 * 1024;
  while (taken == requests.size() && sent < kTooMuch) {
    taken = greedy.tcp().send_until_stuck(requests, scaled(milliseconds(300)));
    sent += taken;
  }
  EXPECT_LT(sent, kTooMuch) << "the server accepts unlimited requests from a client that reads no answer";
  EXPECT_TRUE(serves_a_new_client());
}

}  // namespace
}  // namespace majuscule::test
