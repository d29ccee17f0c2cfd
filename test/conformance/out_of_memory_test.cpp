// SPDX-License-Identifier: MIT
// When the server runs out of memory, it closes the client that needed it, and serves the others.
#include <stdlib.h>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class OutOfMemory : public ModeTest {
 protected:
  void SetUp() override {
    MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
    if (GetParam() == "process") {
      GTEST_SKIP()
          << "the limit is for each process: see process-only: Children.WithoutMemoryDoNotAffectOthers";
    }
    // One heap, since each reserves 64 MiB of address space.
    ::setenv("MALLOC_ARENA_MAX", "1", 1);
    start({"--max-body=32MiB"}, Process::Limits{.address_space = 256 * 1024 * 1024});
  }

  const std::string body_ = std::string(30 * 1024 * 1024, 'M');
};
MAJUSCULE_RUN_IN_EVERY_MODE(OutOfMemory);

TEST_P(OutOfMemory, ClosesTheClientThatNeedsIt) {
  HttpClient good = connect();
  const std::string request = post(body_, "Connection: close\r\n");
  std::vector<HttpClient> greedy;
  for (int i = 0; i < 16; ++i) {
    greedy.push_back(connect());
    (void)greedy.back().tcp().send(std::string_view(request).substr(0, request.size() - 1));
    expect_ok(good.request(get("/capitalize?text=good")), "Good");
  }
  int served = 0;
  int let_go = 0;
  for (HttpClient& client : greedy) {
    (void)client.tcp().send("M");
    const Received received = client.tcp().receive_to_end();
    EXPECT_NE(received.ending, Ending::kStillOpen);
    if (received.bytes.starts_with("HTTP/1.1 200 ")) {
      ++served;
      expect_ok(all_responses(received.bytes).front(), capitalized(body_), Connection::kCloses);
    } else {
      ++let_go;
      EXPECT_TRUE(received.bytes.empty() || received.bytes.starts_with("HTTP/1.1 503 ")) << received.bytes;
    }
  }
  EXPECT_GT(served, 0);
  EXPECT_GT(let_go, 0);
  // The memory of the closed clients is free again.
  expect_ok(good.request(post(body_)), capitalized(body_));
  EXPECT_TRUE(eventually([&] { return stats_over(good)["connections/open"] == 1; }));
}

}  // namespace
}  // namespace majuscule::test
