// SPDX-License-Identifier: MIT
// What only --mode=pool promises: the order and the bound of its queue of clients, what a drain does for
// queued clients, and that the server does not start with fewer threads than requested.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr int kBacklogSize = 1024;

class Pool : public ServerTest {
 protected:
  /// Starts a pool of one thread, which one client occupies.
  void start_held(std::vector<std::string> options) {
    options.emplace_back("--threads=1");
    start("pool", options);
    holder_.emplace(connect());
    expect_ok(holder_->request(get("/healthz")), "ok");
    descriptors_ = descriptors_of(server().process().pid());
  }

  /// Returns true when that many clients have been accepted besides the first one.
  bool have_come(int clients) {
    return eventually([&] { return descriptors_of(server().process().pid()) == descriptors_ + clients; });
  }

  /// Returns the positions in which three clients are served that arrived one after the other.
  std::vector<std::int64_t> places_of_three() {
    std::vector<HttpClient> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(connect());
      clients.back().send(get("/stats", "Connection: close\r\n"));
    }
    TcpClient last = connect_raw();  // once it is accepted, the three are in the queue
    EXPECT_TRUE(have_come(4));
    last.half_close();
    holder_.reset();
    std::vector<std::int64_t> places;
    for (HttpClient& client : clients) {
      places.push_back(Stats(client.receive().body)["connections/accepted"]);
    }
    return places;
  }

  std::optional<HttpClient> holder_;
  std::int64_t descriptors_ = 0;
};

TEST_F(Pool, FifoServesTheLongestWaitingClientFirst) {
  start_held({});
  EXPECT_EQ(places_of_three(), (std::vector<std::int64_t>{2, 3, 4}));
}

TEST_F(Pool, LifoServesTheLatestClientFirst) {
  start_held({"--queue=lifo"});
  EXPECT_EQ(places_of_three(), (std::vector<std::int64_t>{5, 4, 3}));  // the raw client arrived last
}

TEST_F(Pool, RefusesClientsWhenTheQueueIsFull) {
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &descriptors);
  if (descriptors.rlim_cur < 2 * kBacklogSize) {
    GTEST_SKIP() << "only " << descriptors.rlim_cur << " descriptors are allowed";
  }
  start_held({});
  std::vector<TcpClient> waiting;
  for (int i = 0; i < kBacklogSize; ++i) {
    waiting.push_back(connect_raw());
  }
  ASSERT_TRUE(have_come(kBacklogSize));
  HttpClient http = connect();
  (void)http.tcp().send(get("/healthz"));
  const HttpResponse refused = http.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.says_close());
  EXPECT_EQ(connect_raw().receive_to_end().bytes, "");
  const Stats stats = stats_over(*holder_);
  EXPECT_EQ(stats["connections/refused"], 2);
  EXPECT_EQ(stats["connections/accepted"], 1);
}

TEST_F(Pool, DrainAnswersQueuedClients) {
  start_held({});
  std::vector<HttpClient> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(connect());
    waiting.back().send(get("/capitalize?text=wAITING"));
  }
  TcpClient silent = connect_raw();
  ASSERT_TRUE(have_come(21));
  server().process().signal(SIGTERM);
  for (HttpClient& client : waiting) {
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    expect_ok(responses[0], "Waiting", Connection::kCloses);
  }
  EXPECT_EQ(silent.receive_to_end().ending, Ending::kEndOfInput);
  expect_exit(0);
}

TEST_F(Pool, DrainTimeoutClosesQueuedClients) {
  start("pool",
        {"--threads=1", "--task=sleep:1min", "--drain-timeout=" + duration_option(milliseconds(200))});
  descriptors_ = descriptors_of(server().process().pid());
  std::vector<HttpClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(connect());
    clients.back().send(get("/capitalize?text=x"));
  }
  ASSERT_TRUE(have_come(3));
  server().process().signal(SIGTERM);
  for (HttpClient& client : clients) {
    EXPECT_NE(client.tcp().receive_to_end().ending, Ending::kStillOpen);
  }
  expect_exit(0);
}

TEST_F(Pool, DoesNotStartWithFewerThreadsThanRequested) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can start the server as a separate user, whose threads are counted";
  }
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer needs additional threads";
  }
  Process process(majuscule_binary(), {"--mode=pool", "--port=0", "--threads=100"}, {.threads = 24});
  EXPECT_EQ(process.wait(), 1);
  EXPECT_NE(process.standard_error().find("--threads=100: only "), std::string::npos)
      << process.standard_error();
  EXPECT_EQ(process.standard_output(), "") << "it must not be ready before its threads";
  Process master(majuscule_binary(), {"--mode=pool", "--port=0", "--threads=100", "--workers=2"},
                 {.threads = 24});
  EXPECT_EQ(master.wait(), 1);
  const std::string error = master.standard_error();
  EXPECT_NE(error.find("--threads=100: only "), std::string::npos) << error;
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
  EXPECT_EQ(master.standard_output(), "");
}

}  // namespace
}  // namespace majuscule::test
