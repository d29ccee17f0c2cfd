// SPDX-License-Identifier: MIT
// Which requests a run makes: by number, by time, by both, in an open and in a closed loop, and the warm-up
// apart.
#include "measure/supply.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "measure/samples.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{1000s};

/// All that an open loop would send if it always woke in time.
std::vector<Time> sent_in_time(Supply& supply) {
  std::vector<Time> all;
  while (supply.next() != kNever) {
    const Time next = supply.next();
    EXPECT_FALSE(supply.over(next));
    EXPECT_FALSE(supply.take(next - 1ns)) << "too early";
    const auto taken = supply.take(next);
    if (!taken) {
      EXPECT_GT(supply.next(), next) << "the end of a warm-up without requests";
      continue;
    }
    EXPECT_EQ(*taken, next);
    all.push_back(*taken);
  }
  EXPECT_EQ(supply.left(), 0U);
  return all;
}

std::uint64_t measured(const Supply& supply, const std::vector<Time>& all) {
  return static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [&](Time intended) { return supply.measured(intended); }));
}

TEST(OpenLoop, HasRateTimesDurationRequests) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    for (const double rate : {0.5, 1.0, 3.3, 1000.0, 12345.6}) {
      Supply supply({.rate = rate, .arrivals = arrivals, .duration = 10s}, kStart);
      const auto all = sent_in_time(supply);
      EXPECT_NEAR(static_cast<double>(all.size()), rate * 10, 0.5) << rate;
      EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
      EXPECT_GE(all.front(), kStart);
      EXPECT_LE(all.back(), kStart + 10s);
      EXPECT_TRUE(supply.over(all.back()));
    }
  }
}

TEST(OpenLoop, KeepsTheDistanceThatTheRateSays) {
  Supply supply({.rate = 4, .duration = 400ms}, kStart);  // 1.6 requests
  EXPECT_EQ(sent_in_time(supply), (std::vector<Time>{kStart, kStart + 250ms}));
  EXPECT_EQ(supply.until(), kStart + 500ms) << "two requests in 400 ms would be more than four a second";
}

TEST(OpenLoop, OffersTheRateThatItWasAskedFor) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    for (const double rate : {1.5, 1.6, 2.4, 2.5, 3.3, 99.5, 1234.5}) {
      const Plan plan{.rate = rate, .arrivals = arrivals, .duration = 1s};
      Supply supply(plan, kStart);
      const auto all = sent_in_time(supply);
      EXPECT_EQ(all.size(), scheduled_requests(plan));
      const std::chrono::duration<double> offered = supply.until() - kStart;
      EXPECT_NEAR(static_cast<double>(all.size()) / offered.count(), rate, 1e-6 * rate);
      EXPECT_NEAR(offered.count(), 1, 0.5 / rate + 1e-9) << "half a distance beside the duration at most";
      EXPECT_LE(all.back(), supply.until());
    }
  }
}

TEST(OpenLoop, HasAtLeastOneRequest) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    Supply supply({.rate = 0.01, .arrivals = arrivals, .duration = 1s}, kStart);
    const auto all = sent_in_time(supply);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_LE(all[0], kStart + 1s);
    EXPECT_EQ(supply.until(), kStart + 1s);
  }
}

TEST(OpenLoop, EndsByWhatComesFirst) {
  Supply by_number({.rate = 100, .duration = 10s, .requests = 200}, kStart);
  EXPECT_EQ(by_number.until(), kStart + 2s);
  EXPECT_EQ(by_number.left(), 200U);
  EXPECT_EQ(sent_in_time(by_number).size(), 200U);
  Supply by_time({.rate = 100, .duration = 10s, .requests = 2000}, kStart);
  EXPECT_EQ(by_time.until(), kStart + 10s);
  EXPECT_EQ(sent_in_time(by_time).size(), 1000U);
  Supply without_time({.rate = 100, .requests = 50}, kStart);
  EXPECT_EQ(without_time.until(), kStart + 500ms);
  EXPECT_EQ(sent_in_time(without_time).size(), 50U);
}

TEST(OpenLoop, HasATimeForAnyNumberOfRequests) {
  const Supply supply({.rate = 0.001, .requests = UINT64_MAX - 1}, kStart);
  EXPECT_GT(supply.until(), kStart);
  EXPECT_LE(supply.until(), kStart + 366 * 24h);
  EXPECT_EQ(supply.next(), kStart);
}

TEST(OpenLoop, GivesWhatIsOverdueAtItsIntendedTime) {
  Supply supply({.rate = 10, .duration = 1s}, kStart);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(supply.take(kStart + 5s), kStart + i * 100ms);
  EXPECT_EQ(supply.take(kStart + 5s), std::nullopt);
}

TEST(OpenLoop, GoesOnAfterItsTimeWithWhatIsLeft) {
  Supply supply({.rate = 10, .duration = 1s}, kStart);
  EXPECT_FALSE(supply.over(kStart + 1h)) << "nothing of the schedule is forgotten";
  EXPECT_EQ(supply.left(), 10U);
  supply.take(kStart + 1h);
  EXPECT_EQ(supply.left(), 9U);
}

TEST(OpenLoop, WarmsUpOnAScheduleOfItsOwn) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    Supply supply({.rate = 100, .arrivals = arrivals, .duration = 3s, .warmup = 2s}, kStart);
    EXPECT_EQ(supply.measured_from(), kStart + 2s);
    EXPECT_EQ(supply.until(), kStart + 5s);
    EXPECT_EQ(supply.left(), 500U);
    const auto all = sent_in_time(supply);
    EXPECT_EQ(all.size(), 500U);
    EXPECT_EQ(measured(supply, all), 300U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_LT(all[199], kStart + 2s);
    EXPECT_GE(all[200], kStart + 2s);
  }
}

TEST(OpenLoop, CountsRequestsAfterTheWarmUpOnly) {
  Supply supply({.rate = 100, .requests = 10, .warmup = 1s}, kStart);
  EXPECT_EQ(supply.until(), kStart + 1100ms) << "known from the beginning";
  const auto all = sent_in_time(supply);
  EXPECT_EQ(all.size(), 110U);
  EXPECT_EQ(measured(supply, all), 10U);
}

TEST(OpenLoop, WaitsForTheEndOfAWarmUpThatHasNoRequest) {
  Supply supply({.rate = 1, .duration = 3s, .warmup = 100ms}, kStart);
  EXPECT_EQ(supply.next(), kStart + 100ms);
  EXPECT_FALSE(supply.over(kStart));
  EXPECT_EQ(supply.take(kStart), std::nullopt);
  EXPECT_EQ(supply.take(kStart + 100ms), kStart + 100ms);
  EXPECT_EQ(supply.left(), 2U);
}

TEST(OpenLoop, RepeatsItselfBySeedWithTheWarmUpUnlikeTheRest) {
  const auto of_seed = [](std::uint64_t seed) {
    Supply supply({.rate = 100, .arrivals = Arrivals::kPoisson, .duration = 2s, .warmup = 2s, .seed = seed},
                  kStart);
    return sent_in_time(supply);
  };
  const auto all = of_seed(1);
  EXPECT_EQ(all, of_seed(1));
  EXPECT_NE(all, of_seed(2));
  EXPECT_NE(all[0] - kStart, all[200] - (kStart + 2s));
}

TEST(ClosedLoop, GivesSoManyRequestsAtOnce) {
  Supply supply({.requests = 3}, kStart);
  EXPECT_EQ(supply.until(), kNever);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(supply.over(kStart + 1h));
    EXPECT_LE(supply.next(), kStart);
    EXPECT_EQ(supply.take(kStart + i * 1ms), kStart + i * 1ms) << "intended when somebody is free";
  }
  EXPECT_TRUE(supply.over(kStart));
  EXPECT_EQ(supply.next(), kNever);
  EXPECT_EQ(supply.take(kStart), std::nullopt);
  EXPECT_EQ(supply.left(), 0U);
}

TEST(ClosedLoop, GivesRequestsForSoLong) {
  Supply supply({.duration = 1s}, kStart);
  EXPECT_EQ(supply.until(), kStart + 1s);
  EXPECT_EQ(supply.take(kStart + 1s - 1ns), kStart + 1s - 1ns);
  EXPECT_FALSE(supply.over(kStart + 1s - 1ns));
  EXPECT_EQ(supply.take(kStart + 1s), std::nullopt);
  EXPECT_TRUE(supply.over(kStart + 1s));
}

TEST(ClosedLoop, EndsByWhatComesFirst) {
  Supply by_number({.duration = 1s, .requests = 1}, kStart);
  EXPECT_TRUE(by_number.take(kStart));
  EXPECT_FALSE(by_number.take(kStart));
  EXPECT_TRUE(by_number.over(kStart));
  Supply by_time({.duration = 1s, .requests = 2}, kStart);
  EXPECT_TRUE(by_time.take(kStart));
  EXPECT_FALSE(by_time.take(kStart + 1s));
  EXPECT_TRUE(by_time.over(kStart + 1s));
}

TEST(ClosedLoop, WarmsUpWithoutCounting) {
  Supply supply({.duration = 1s, .requests = 2, .warmup = 500ms}, kStart);
  EXPECT_EQ(supply.measured_from(), kStart + 500ms);
  EXPECT_EQ(supply.until(), kStart + 1500ms);
  for (int i = 0; i < 10; ++i) {
    const auto intended = supply.take(kStart + 499ms);
    ASSERT_TRUE(intended);
    EXPECT_FALSE(supply.measured(*intended));
  }
  EXPECT_FALSE(supply.over(kStart + 499ms));
  for (int i = 0; i < 2; ++i) {
    const auto intended = supply.take(kStart + 500ms);
    ASSERT_TRUE(intended);
    EXPECT_TRUE(supply.measured(*intended));
  }
  EXPECT_FALSE(supply.take(kStart + 500ms));
  EXPECT_TRUE(supply.over(kStart + 500ms));
}

TEST(Supply, GivesNothingOnceItIsStopped) {
  for (const Plan& plan : {Plan{.rate = 10, .duration = 1s, .warmup = 1s}, Plan{.rate = 10, .requests = 5},
                           Plan{.requests = 5}, Plan{.duration = 1s, .warmup = 1s}}) {
    Supply supply(plan, kStart);
    EXPECT_TRUE(supply.take(kStart));
    EXPECT_FALSE(supply.over(kStart));
    supply.stop();
    EXPECT_FALSE(supply.take(kStart + 1500ms));
    EXPECT_EQ(supply.next(), kNever);
    EXPECT_TRUE(supply.over(kStart));
  }
}

}  // namespace
}  // namespace majuscule::test
