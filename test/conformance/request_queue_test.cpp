// SPDX-License-Identifier: MIT
// Requests that wait for a thread: the order of their answers, the refusal by a full queue, and that tasks
// and slow clients block only their own thread.
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

constexpr int kQueueSize = 1024;

class RequestQueue : public ServerTest {
 protected:
  using Asked = std::vector<std::pair<std::string, std::string>>;

  /// Returns the texts in the order in which one thread answers them, when they have arrived while it was
  /// blocked.
  std::vector<std::string> order_of_answers(const std::string& queue, const Asked& asked) {
    for (milliseconds held = scaled(milliseconds(500));; held *= 2) {
      std::vector<std::string> order;
      if (ask_all_within(held, queue, asked, order) || held > patience()) return order;
    }
  }

  /// The same in `order`. Returns false when they arrived too late to wait together.
  bool ask_all_within(milliseconds held, const std::string& queue, const Asked& asked,
                      std::vector<std::string>& order) {
    const TemporaryDirectory directory;
    const std::string log = directory.path() + "/access.log";
    constexpr int kBefore = 9;
    start("half-sync", {"--threads=1", "--queue=" + queue, "--access-log=" + log,
                        "--task=block:" + std::to_string(held.count()) + "ms",
                        "--task-every=" + std::to_string(kBefore + 1)});
    HttpClient first = connect();
    for (int i = 0; i < kBefore; ++i) (void)first.request(get("/capitalize?text=before"));
    const auto begin = Clock::now();
    hold_up(first);
    std::vector<HttpClient> clients;
    for (const auto& [text, fields] : asked) {
      clients.push_back(connect());
      clients.back().send(get("/capitalize?text=" + text, fields));
      EXPECT_TRUE(clients.back().tcp().wait_until_server_has_read());
    }
    const bool in_time = Clock::now() - begin < held;
    for (HttpClient& client : clients) EXPECT_EQ(client.receive().status, 200);
    EXPECT_EQ(first.receive().status, 200);
    expect_clean_stop();
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) {
      const std::size_t text = line.find("text=") + 5;
      order.push_back(line.substr(text, line.find(' ', text) - text));
    }
    EXPECT_EQ(order.size(), kBefore + 1 + asked.size());
    order.erase(order.begin(), order.begin() + kBefore + 1);
    return in_time;
  }

  static void raise_descriptor_limit() {
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
  }

  static void hold_up(HttpClient& client) {
    client.send(get("/capitalize?text=holds+up"));
    EXPECT_TRUE(client.tcp().wait_until_server_has_read());
  }

  const std::string kBlock = "--task=block:" + duration_option(milliseconds(2500));
};

const std::vector<std::pair<std::string, std::string>> kAsked = {
    {"u7", "Priority: u=7\r\n"},         {"none", ""},
    {"u0", "Priority: u=0\r\n"},         {"broken", "Priority: u=\r\n"},
    {"u1", "Priority: u=5, i, u=1\r\n"}, {"u3", "Priority: i, u=3\r\n"},
    {"u8", "Priority: u=8\r\n"},
};

TEST_F(RequestQueue, FifoAnswersInTheOrderOfArrival) {
  EXPECT_EQ(order_of_answers("fifo", kAsked),
            (std::vector<std::string>{"u7", "none", "u0", "broken", "u1", "u3", "u8"}));
}

TEST_F(RequestQueue, LifoAnswersTheLatestFirst) {
  EXPECT_EQ(order_of_answers("lifo", kAsked),
            (std::vector<std::string>{"u8", "u3", "u1", "broken", "u0", "none", "u7"}));
}

TEST_F(RequestQueue, PriorityAnswersTheMostUrgentFirst) {
  EXPECT_EQ(order_of_answers("priority", kAsked),
            (std::vector<std::string>{"u0", "u1", "none", "broken", "u3", "u8", "u7"}));
}

class QueueingMode : public RequestQueue, public ::testing::WithParamInterface<std::string> {};
INSTANTIATE_TEST_SUITE_P(Modes, QueueingMode, ::testing::Values("half-sync", "pipeline"),
                         [](const auto& mode) { return test_name(mode.param); });

TEST_P(QueueingMode, RefusesRequestsWhenTheQueueIsFull) {
  raise_descriptor_limit();
  constexpr int kBefore = kQueueSize + 100;  // so that only the next request has a task
  start(GetParam(), {"--threads=1", "--task=block:" + duration_option(milliseconds(8000)),
                     "--task-every=" + std::to_string(kBefore + 1)});
  HttpClient first = connect();
  for (int i = 0; i < kBefore; ++i) (void)first.request(get("/capitalize?text=before"));
  hold_up(first);
  std::vector<HttpClient> waiting;
  for (int i = 0; i < kQueueSize; ++i) {
    waiting.push_back(connect());
    waiting.back().send(get("/capitalize?text=waits"));
  }
  // Checking each takes too long with many sockets; the server reads them in order.
  for (std::size_t i = 99; i < waiting.size(); i += 100) {
    ASSERT_TRUE(waiting[i].tcp().wait_until_server_has_read());
  }
  ASSERT_TRUE(waiting.back().tcp().wait_until_server_has_read());
  HttpClient too_many = connect();
  const HttpResponse response = too_many.request(get("/capitalize?text=one") + get("/capitalize?text=two"));
  expect_error(response, 503, Connection::kStays, {{"Retry-After", "1"}});
  EXPECT_EQ(too_many.receive().status, 503);
  TcpClient raw = connect_raw();
  (void)raw.send("one too many");
  EXPECT_EQ(raw.receive_to_end().bytes, "");
  EXPECT_EQ(first.receive().status, 200);
  for (HttpClient& client : waiting) expect_ok(client.receive(), "Waits");
  expect_ok(too_many.request(get("/capitalize?text=again")), "Again");
  const Stats stats = stats_over(too_many);
  EXPECT_EQ(stats["requests"], kBefore + 1 + kQueueSize + 1);
  EXPECT_EQ(stats["responses/503"], 2);
  EXPECT_EQ(stats["connections/refused"], 0);
}

/// The one thread that answers is blocked, so the queue of requests stays full. The refusals to so many
/// clients fill the queue of replies too, and the threads that empty it add more.
TEST_P(QueueingMode, RefusesRequestsWhenTheReplyQueueIsFullToo) {
  raise_descriptor_limit();
  constexpr int kClients = 2 * kQueueSize + 500;
  const int depth = server_is_sanitized() ? 30 : 300;  // requests of each client; more take minutes
  start(GetParam(), {"--threads=1", "--task=block:1min", "--task-every=2", "--drain-timeout=100ms"});
  std::string many;
  for (int i = 0; i < depth; ++i) many += get("/capitalize?text=one");
  std::vector<TcpClient> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back(server().port());
    EXPECT_TRUE(clients.back().send(many));
  }
  for (int i = 0; i < 10; ++i) {
    HttpClient client = connect();
    expect_error(client.request(get("/healthz")), 503, Connection::kStays, {{"Retry-After", "1"}});
  }
  clients.clear();
  server().process().signal(SIGTERM);
  expect_exit(0);
}

TEST_P(QueueingMode, DrainAnswersQueuedRequests) {
  start(GetParam(), {"--threads=1", kBlock, "--task-every=3",
                     "--drain-timeout=" + duration_option(milliseconds(10'000))});
  HttpClient first = connect();
  for (int i = 0; i < 2; ++i) (void)first.request(get("/capitalize?text=before"));
  hold_up(first);
  HttpClient second = connect();
  second.send(get("/capitalize?text=second"));
  EXPECT_TRUE(second.tcp().wait_until_server_has_read());
  server().process().signal(SIGTERM);
  expect_ok(first.receive(), "Holds up", Connection::kCloses);
  expect_ok(second.receive(), "Second", Connection::kCloses);
  expect_exit(0);
}

class ThreadsOfOneSet : public RequestQueue, public ::testing::WithParamInterface<std::string> {};
INSTANTIATE_TEST_SUITE_P(Modes, ThreadsOfOneSet,
                         ::testing::Values("leader-follower", "half-sync", "pipeline"),
                         [](const auto& mode) { return test_name(mode.param); });

/// A reply that its client does not read, or a request that does not arrive, holds no thread.
TEST_P(ThreadsOfOneSet, AreNotHeldBySlowClients) {
  start(GetParam(), {"--threads=1", "--max-body=16MiB"});
  const std::string body(8 * 1024 * 1024, 'S');
  HttpClient stalled(server().port(), 4096);
  stalled.send(post(body));
  HttpClient half = connect();
  half.send("GET /capitalize?te");
  HttpClient good = connect();
  for (int i = 0; i < 50; ++i) expect_ok(good.request(get("/capitalize?text=good")), "Good");
  expect_ok(stalled.receive(), capitalized(body));
  expect_ok(half.request(get("/capitalize?text=half").substr(18)), "Half");
}

TEST_P(ThreadsOfOneSet, DrainAlthoughAllAreBusyWithTasks) {
  start(GetParam(),
        {"--threads=1", "--task=sleep:1min", "--drain-timeout=" + duration_option(milliseconds(300))});
  HttpClient idle = connect();
  expect_ok(idle.request(get("/healthz")), "ok");
  HttpClient asleep = connect();
  hold_up(asleep);
  server().process().signal(SIGTERM);
  (void)server().process().wait();
  const std::string log = server().process().standard_error();
  EXPECT_NE(log.find("draining: 2 clients"), std::string::npos) << log;
  EXPECT_NE(log.find("drain timeout: closed "), std::string::npos) << log;
  EXPECT_NE(log.find("stopped"), std::string::npos) << log;
  expect_exit(0);
}

/// While a task blocks one thread, another one waits for the clients.
TEST_P(ThreadsOfOneSet, AreHeldByTheirOwnTaskOnly) {
  start(GetParam(), {"--threads=2", "--task=block:1min", "--task-every=2", "--drain-timeout=100ms"});
  HttpClient good = connect();
  expect_ok(good.request(get("/capitalize?text=good")), "Good");
  HttpClient blocked = connect();
  hold_up(blocked);
  for (int i = 0; i < 50; ++i) expect_ok(good.request(get("/healthz")), "ok");
  server().process().signal(SIGTERM);
  expect_exit(0);
}

}  // namespace
}  // namespace majuscule::test
