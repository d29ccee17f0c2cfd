// SPDX-License-Identifier: MIT
// The count is exact: 64 clients at once with M requests each are 64 x M in /stats, in whatever way the
// requests arrive, and every client gets its own answers.
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr int kCountedClients = 64;

class Count : public ModeTest {
 protected:
  void SetUp() override { start(); }

  /// Runs `client(number)` on a thread for each of 64 clients. Returns the sum of the results; an exception
  /// is a failure.
  static int sum_over_clients(const std::function<int(int)>& client) {
    std::atomic<int> sum = 0;
    std::vector<std::thread> threads;
    threads.reserve(kCountedClients);
    for (int number = 0; number < kCountedClients; ++number) {
      threads.emplace_back([&, number] {
        try {
          sum += client(number);
        } catch (const std::exception& error) {
          ADD_FAILURE() << "client " << number << ": " << error.what();
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return sum;
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Count);

std::string text_of(int client, int request) {
  return "c" + std::to_string(client) + "r" + std::to_string(request);
}

TEST_P(Count, OfKeepAliveClientsIsExact) {
  constexpr int kRequests = 50;
  const int answered = sum_over_clients([this](int number) {
    HttpClient client = connect();
    int count = 0;
    for (int i = 0; i < kRequests; ++i) {
      const std::string text = text_of(number, i);
      const HttpResponse response = client.request(i % 2 == 0 ? post(text) : get("/capitalize?text=" + text));
      count += response.status == 200 && response.body == capitalized(text) ? 1 : 0;
    }
    return count;
  });
  EXPECT_EQ(answered, kCountedClients * kRequests);
  const Stats stats = server().stats();
  EXPECT_EQ(stats["requests"], kCountedClients * kRequests);
  EXPECT_EQ(stats["responses/200"], kCountedClients * kRequests);
  EXPECT_EQ(stats["connections/accepted"], kCountedClients + 1);
}

TEST_P(Count, OfPipeliningClientsIsExact) {
  constexpr int kBatches = 5;
  constexpr int kPipelined = 16;
  const int answered = sum_over_clients([this](int number) {
    HttpClient client = connect();
    int count = 0;
    for (int batch = 0; batch < kBatches; ++batch) {
      std::string requests;
      for (int i = 0; i < kPipelined; ++i) {
        requests += post(text_of(number, i));
      }
      client.send(requests);
      for (int i = 0; i < kPipelined; ++i) {
        count += client.receive().body == capitalized(text_of(number, i)) ? 1 : 0;
      }
    }
    return count;
  });
  EXPECT_EQ(answered, kCountedClients * kBatches * kPipelined);
  EXPECT_EQ(server().stats()["requests"], kCountedClients * kBatches * kPipelined);
}

TEST_P(Count, OfClientsThatCloseAfterEachRequestIsExact) {
  constexpr int kRequests = 10;
  const int answered = sum_over_clients([this](int number) {
    int count = 0;
    for (int i = 0; i < kRequests; ++i) {
      HttpClient client = connect();
      const HttpResponse response = client.request(post(text_of(number, i), "Connection: close\r\n"));
      count += response.body == capitalized(text_of(number, i)) && client.is_closed_by_server() ? 1 : 0;
    }
    return count;
  });
  EXPECT_EQ(answered, kCountedClients * kRequests);
  const Stats stats = server().stats();
  EXPECT_EQ(stats["requests"], kCountedClients * kRequests);
  EXPECT_EQ(stats["connections/accepted"], kCountedClients * kRequests + 1);
}

TEST_P(Count, OfRawClientsIsExact) {
  constexpr int kMessages = 10;
  const int answered = sum_over_clients([this](int number) {
    int count = 0;
    for (int i = 0; i < kMessages; ++i) {
      TcpClient client = connect_raw();
      if (client.send(text_of(number, i))) {
        count += client.receive_to_end().bytes == capitalized(text_of(number, i)) ? 1 : 0;
      }
    }
    return count;
  });
  EXPECT_EQ(answered, kCountedClients * kMessages);
  EXPECT_EQ(server().stats()["requests"], kCountedClients * kMessages);
}

/// The server cannot detect the reset before it sends the answer.
TEST_P(Count, OfClientsThatResetDuringTheirTaskIsExact) {
  start({"--task=sleep:" + duration_option(milliseconds(100))});
  for (int i = 0; i < 20; ++i) {
    HttpClient client = connect();
    client.send(get("/capitalize?text=gone"));
    EXPECT_TRUE(client.tcp().wait_until_server_has_read());
    client.tcp().reset();
  }
  EXPECT_TRUE(eventually([this] { return server().stats()["requests"] == 20; }))
      << server().stats().document();
}

TEST_P(Count, ExcludesOtherThanCapitalizeAnswers) {
  HttpClient client = connect();
  EXPECT_EQ(client.request(get("/healthz")).status, 200);
  EXPECT_EQ(client.request(get("/")).status, 200);
  EXPECT_EQ(client.request(get("/stats")).status, 200);
  EXPECT_EQ(client.request(get("/capitalize")).status, 400);
  EXPECT_EQ(client.request(get("/nothing")).status, 404);
  EXPECT_EQ(client.request(request("PUT", "/capitalize")).status, 405);
  EXPECT_EQ(client.request(request("HEAD", "/capitalize?text=a"), Body::kNone).status, 200);
  EXPECT_EQ(stats_over(client)["requests"], 0);
}

}  // namespace
}  // namespace majuscule::test
