// SPDX-License-Identifier: MIT
// Bounded memory: 200 clients at once stall in the most expensive ways, and the server's memory for each
// stays below the bound in connection.hpp. Another client is served meanwhile.
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "http/connection.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr int kStalledClients = 200;
constexpr std::size_t kMaxBody = 256 * 1024;
constexpr Limits kLimits{.max_body = kMaxBody};

/// What a mode needs for each client besides the connection: stack and read buffer of a thread, rounding to
/// pages, overhead of the allocator.
constexpr std::size_t kPerClientOverhead = 192 * 1024;
constexpr auto kBound =
    static_cast<std::int64_t>(majuscule::Connection::memory_bound(kLimits) + kPerClientOverhead);

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) {
    all += text;
  }
  return all;
}

const std::string kSmall = get("/capitalize?text=" + std::string(1'000, 'p'));
const std::string kLarge = post(std::string(kMaxBody, 'B'));

class Memory : public ModeTest {
 protected:
  void SetUp() override {
    MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
    // Timeouts that the clients do not reach; but a drain does not wait for them.
    start({"--max-body=" + std::to_string(kMaxBody), "--header-timeout=10min", "--body-timeout=10min",
           "--write-timeout=10min", "--idle-timeout=10min", "--drain-timeout=100ms"});
    before_ = memory();
  }

  std::int64_t memory() { return anonymous_memory_of(server().process().pid()); }

  /// Connects the clients, each with the smallest receive buffer, and sends `request` from each.
  void stall(const std::string& request = "") {
    for (int i = 0; i < kStalledClients; ++i) {
      clients_.emplace_back(server().port(), 4096);
      EXPECT_TRUE(clients_.back().send(request));
    }
    EXPECT_TRUE(clients_.back().wait_until_server_has_read());
  }

  /// Sends `requests` over each connection, or as much as the server and the kernel accept.
  void pipeline(const std::string& requests) {
    std::vector<std::string_view> rest(clients_.size(), requests);
    for (std::size_t sent = 1; sent > 0;) {
      sent = 0;
      for (std::size_t i = 0; i < rest.size(); ++i) {
        const std::size_t taken = clients_[i].send_until_stuck(rest[i], scaled(milliseconds(2)));
        sent += taken;
        rest[i].remove_prefix(taken);
      }
    }
  }

  /// Returns the memory for each stalled client.
  std::int64_t cost() { return (memory() - before_) / kStalledClients; }

  void expect_bounded_memory() {
    RecordProperty("bytes_for_each", std::to_string(cost()));
    EXPECT_LT(cost(), kBound);
    HttpClient good = connect();
    for (int i = 0; i < 20; ++i) {
      expect_ok(good.request(post("gOOD")), "Good");
    }
    EXPECT_TRUE(eventually([&] { return stats_over(good)["connections/open"] == kStalledClients + 1; }));
  }

  std::vector<TcpClient> clients_;

 private:
  std::int64_t before_ = 0;
};
MAJUSCULE_RUN_IN_EVERY_MODE(Memory);

TEST_P(Memory, OfIncompleteBodiesIsBounded) {
  stall(kLarge.substr(0, kLarge.size() - 1));
  expect_bounded_memory();
}

TEST_P(Memory, OfIncompleteChunkedBodiesIsBounded) {
  const std::string request = post_chunked(std::string(kMaxBody, 'B'), 1'000);
  stall(request.substr(0, request.size() - 1));
  expect_bounded_memory();
}

TEST_P(Memory, OfIncompleteHeadsOfTinyFieldsIsBounded) {
  std::string request = "POST / HTTP/1.1\r\nHost: a\r\n";
  while (request.size() + 4 < kLimits.max_header) {
    request += "a:\r\n";
  }
  stall(request);
  expect_bounded_memory();
}

TEST_P(Memory, OfUnreadRepliesIsBounded) {
  stall(kLarge);
  expect_bounded_memory();
}

TEST_P(Memory, OfPipelinesIsBounded) {
  stall();
  constexpr int kLength = 400;
  pipeline(repeated(kSmall, kLength));
  expect_bounded_memory();
  EXPECT_LT(server().stats()["requests"], kStalledClients * kLength) << "no client was stalled";
}

TEST_P(Memory, OfPipelinesOfSmallAndLargeIsBounded) {
  stall();
  constexpr int kLength = 4;
  pipeline(repeated(repeated(kSmall, 50) + kLarge, kLength));
  expect_bounded_memory();
  EXPECT_LT(server().stats()["requests"], kStalledClients * kLength * 51) << "no client was stalled";
}

/// The memory of large requests does not stay with their connections: later requests reuse it.
TEST_P(Memory, OfIdleClientsIsReleased) {
  std::vector<HttpClient> clients;
  for (int i = 0; i < kStalledClients; ++i) {
    clients.push_back(connect());
  }
  for (int round = 0; round < 5; ++round) {
    for (HttpClient& client : clients) {
      client.send(kLarge.substr(0, kLarge.size() - 1));
    }
    for (HttpClient& client : clients) {
      EXPECT_EQ(client.request(kLarge.substr(kLarge.size() - 1)).status, 200);
    }
  }
  RecordProperty("bytes_for_each", std::to_string(cost()));
  EXPECT_LT(cost(), static_cast<std::int64_t>(2 * kMaxBody)) << "less than two of five bodies";
}

}  // namespace
}  // namespace majuscule::test
