// SPDX-License-Identifier: MIT
// The server runs out of descriptors, since --max-connections allows more than the system does. Connected
// clients are served, waiting clients are neither refused nor forgotten, and the server neither spins nor
// floods its log.
#include <signal.h>

#include <vector>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

constexpr unsigned kDescriptors = 64;

class Exhaustion : public ModeTest {
 protected:
  /// A server without a free descriptor, and more clients than it can accept.
  void SetUp() override {
    MAJUSCULE_NEEDS_CLIENTS_AT_ONCE();
    restart({});
  }

  /// The same with these options.
  void restart(std::vector<std::string> options) {
    options.emplace_back("--max-connections=100000");
    crowd_.clear();
    start(options, Process::Limits{.descriptors = kDescriptors});
    begin_ = Clock::now();
    crowd_.reserve(kCrowd);
    crowd_.push_back(connect());
    // The server opens its last descriptors when it serves its first client. UBSan also opens a pipe when it
    // first sees an object of a type.
    (void)stats_over(crowd_.front());
    const std::int64_t own = descriptors_of(server().process().pid()) - 1;
    crowd_.front().send(get("/healthz"));
    while (crowd_.size() < kCrowd) {
      add_client();
    }
    ASSERT_TRUE(eventually([this] { return complaints() > 0; })) << server().process().standard_error();
    expect_ok(crowd_.front().receive(), "ok");
    accepted_ = static_cast<std::size_t>(descriptors_of(server().process().pid()) - own);
    // A thread counts its client when it begins to run.
    ASSERT_TRUE(eventually([this] {
      return stats_over(crowd_.front())["connections/open"] == static_cast<std::int64_t>(accepted_);
    }));
    ASSERT_GE(accepted_, kDescriptors / 2);
    ASSERT_LT(accepted_, kDescriptors);
    for (std::size_t i = 1; i < accepted_; ++i) {
      expect_ok(crowd_[i].receive(), "ok");
    }
  }

  /// Adds a client that has sent a request.
  void add_client() {
    crowd_.push_back(connect());
    crowd_.back().send(get("/healthz"));
  }

  /// The oldest client leaves; the one that has waited longest is served.
  void expect_that_one_follows_one() {
    crowd_.erase(crowd_.begin());
    expect_ok(crowd_[accepted_ - 1].receive(), "ok");
  }

  /// Expects at most one message a second, whatever happened meanwhile.
  void expect_few_complaints() {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(Clock::now() - begin_).count();
    EXPECT_LE(complaints(), 1 + seconds) << server().process().standard_error();
  }

  static constexpr std::size_t kCrowd = 2 * kDescriptors;
  std::vector<HttpClient> crowd_;  // the accepted ones first
  std::size_t accepted_ = 0;

 private:
  std::int64_t complaints() {
    const std::string log = server().process().standard_error();
    const std::string complaint = "out of descriptors";
    std::int64_t count = 0;
    for (auto at = log.find(complaint); at != std::string::npos; at = log.find(complaint, at + 1)) {
      ++count;
    }
    return count;
  }

  Clock::time_point begin_;
};
MAJUSCULE_RUN_IN_EVERY_MODE(Exhaustion);

TEST_P(Exhaustion, UsesNoCpuTime) {
  if (never_sleeps(GetParam())) {
    GTEST_SKIP() << GetParam() << " never sleeps: it always uses a whole CPU";
  }
  const milliseconds window(1'000);
  const auto before = cpu_time_of(server().process().pid());
  const Received nothing = crowd_[accepted_].tcp().receive_some(window);
  const auto used = cpu_time_of(server().process().pid()) - before;
  EXPECT_LT(used, window / 5) << "a server that spins would use all of the window";
  EXPECT_EQ(nothing.bytes, "");
  EXPECT_EQ(nothing.ending, Ending::kStillOpen) << "a waiting client must be neither refused nor reset";
  expect_few_complaints();
}

TEST_P(Exhaustion, DoesNotAffectConnectedClients) {
  for (std::size_t i = 0; i < accepted_; ++i) {
    expect_ok(crowd_[i].request(post("sTILL")), "Still");
  }
  const Stats stats = stats_over(crowd_.front());
  EXPECT_GE(stats["resources/threads"], 1);
  EXPECT_GT(stats["resources/max_rss_bytes"], 0);
}

TEST_P(Exhaustion, GivesEachFreeDescriptorToTheNextInTheQueue) {
  for (int i = 0; i < 10; ++i) {
    expect_that_one_follows_one();
    EXPECT_EQ(stats_over(crowd_.front())["connections/open"], accepted_);
  }
}

TEST_P(Exhaustion, EndsWhenClientsLeave) {
  while (crowd_.size() > accepted_) {
    expect_that_one_follows_one();
  }
  const Stats stats = stats_over(crowd_.front());
  EXPECT_EQ(stats["connections/accepted"], kCrowd);
  EXPECT_EQ(stats["connections/refused"], 0);
  crowd_.clear();
  EXPECT_TRUE(serves_a_new_client());
  EXPECT_TRUE(eventually([this] { return server().stats()["connections/open"] == 1; }));
}

/// No client leaves before the drain timeout. Only then is there room for those that wait, and it is too
/// late.
TEST_P(Exhaustion, LastsUntilTheDrainTimeout) {
  restart({"--drain-timeout=" + duration_option(milliseconds(1500))});
  for (std::size_t i = 0; i < accepted_; ++i) {
    crowd_[i].send("POST /capitalize HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  }
  EXPECT_TRUE(crowd_[accepted_ - 1].tcp().wait_until_server_has_read());
  server().process().signal(SIGTERM);
  expect_exit(0);
}

TEST_P(Exhaustion, LosesNoClientInADrain) {
  server().process().signal(SIGTERM);
  for (std::size_t i = 0; i < kCrowd; ++i) {
    SCOPED_TRACE(i);
    if (i < accepted_) {
      EXPECT_TRUE(crowd_[i].is_closed_by_server());
    } else {
      EXPECT_EQ(crowd_[i].receive().body, "draining");
    }
  }
  crowd_.clear();
  expect_exit(0);
}

/// Silent clients are closed, so that waiting clients with a request get their answers.
TEST_P(Exhaustion, ClosesSilentClientsToServeWaitingOnes) {
  crowd_.clear();
  ASSERT_TRUE(eventually([this] { return server().stats()["connections/open"] == 1; }));
  std::vector<HttpClient> silent;
  for (unsigned i = 0; i < kDescriptors; ++i) {
    silent.push_back(connect());
  }
  for (int i = 0; i < 10; ++i) {
    add_client();
  }
  server().process().signal(SIGTERM);
  for (HttpClient& client : crowd_) {
    EXPECT_EQ(client.receive().body, "draining");
  }
  crowd_.clear();
  expect_exit(0);
}

/// Only one client waits at a time: it comes when another leaves, and finds the server without a descriptor
/// again.
TEST_P(Exhaustion, DoesNotFloodTheLog) {
  while (crowd_.size() > accepted_) {
    expect_that_one_follows_one();
  }
  for (int i = 0; i < 100; ++i) {
    add_client();
    expect_that_one_follows_one();
  }
  expect_few_complaints();
}

}  // namespace
}  // namespace majuscule::test
