// SPDX-License-Identifier: MIT
// The shared state behind its guard: exact, whoever adds to it from how many threads.
#include "net/guarded_ledger.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

TEST(GuardedLedger, AddsUpUnderEveryGuard) {
  for (const Guard guard : {Guard::kNone, Guard::kMutex}) {
    const auto ledger = make_ledger(guard);
    ledger->add({.requests = 1, .status = 200, .bytes_in = 3});
    ledger->add({.requests = 1, .status = 200, .bytes_in = 4});
    EXPECT_EQ(ledger->next_ticket(), 1U);
    EXPECT_EQ(ledger->next_ticket(), 2U);
    const Counters counters = ledger->read();
    EXPECT_EQ(counters.requests, 2U);
    EXPECT_EQ(counters.responses[status_index(200)], 2U);
    EXPECT_EQ(counters.bytes_in, 7U);
  }
}

TEST(GuardedLedger, NamesTheGuards) {
  EXPECT_EQ(to_string(Guard::kNone), "none");
  EXPECT_EQ(to_string(Guard::kMutex), "mutex");
}

TEST(GuardedLedger, IsExactUnderManyThreadsWithAMutex) {
  constexpr std::uint64_t kThreads = 8;
  constexpr std::uint64_t kAdds = 20'000;
  const auto ledger = make_ledger(Guard::kMutex);
  std::vector<std::uint64_t> ticket_sums(kThreads);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&ledger, &sum = ticket_sums[t]] {
      for (std::uint64_t i = 0; i < kAdds; ++i) {
        ledger->add({.requests = 1, .status = 200, .accepted = 1, .bytes_in = 2, .bytes_out = 3});
        sum += ledger->next_ticket();
        const Counters seen = ledger->read();
        EXPECT_EQ(seen.bytes_in, 2 * seen.requests) << "all counters are of one moment";
        EXPECT_EQ(seen.responses[status_index(200)], seen.accepted);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  constexpr std::uint64_t kAll = kThreads * kAdds;
  const Counters counters = ledger->read();
  EXPECT_EQ(counters.requests, kAll);
  EXPECT_EQ(counters.responses[status_index(200)], kAll);
  EXPECT_EQ(counters.bytes_in, 2 * kAll);
  EXPECT_EQ(counters.bytes_out, 3 * kAll);
  std::uint64_t sum = 0;
  for (const std::uint64_t ticket_sum : ticket_sums) sum += ticket_sum;
  EXPECT_EQ(sum, kAll * (kAll + 1) / 2) << "every ticket once";
}

}  // namespace
}  // namespace majuscule::test
