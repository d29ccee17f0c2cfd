// SPDX-License-Identifier: MIT
// Which requests a run makes: limited by number, by time, or by both, in open and closed loops, with a
// separate warm-up.
#include "measure/request_source.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "measure/samples.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{1000s};

/// Returns all requests of an open loop that always wakes in time.
std::vector<Time> sent_in_time(RequestSource& source) {
  std::vector<Time> all;
  while (source.next() != kNever) {
    const Time next = source.next();
    EXPECT_FALSE(source.over(next));
    EXPECT_FALSE(source.take(next - 1ns)) << "too early";
    const auto taken = source.take(next);
    if (!taken) {
      EXPECT_GT(source.next(), next) << "the end of a warm-up without requests";
      continue;
    }
    EXPECT_EQ(*taken, next);
    all.push_back(*taken);
  }
  EXPECT_EQ(source.left(), 0U);
  return all;
}

std::uint64_t measured(const RequestSource& source, const std::vector<Time>& all) {
  return static_cast<std::uint64_t>(
      std::count_if(all.begin(), all.end(), [&](Time intended) { return source.measured(intended); }));
}

TEST(OpenLoop, HasRateTimesDurationRequests) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    for (const double rate : {0.5, 1.0, 3.3, 1000.0, 12345.6}) {
      RequestSource source({.rate = rate, .arrivals = arrivals, .duration = 10s}, kStart);
      const auto all = sent_in_time(source);
      EXPECT_NEAR(static_cast<double>(all.size()), rate * 10, 0.5) << rate;
      EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
      EXPECT_GE(all.front(), kStart);
      EXPECT_LE(all.back(), kStart + 10s);
      EXPECT_TRUE(source.over(all.back()));
    }
  }
}

TEST(OpenLoop, HasTheIntervalOfTheRate) {
  RequestSource source({.rate = 4, .duration = 400ms}, kStart);  // 1.6 requests
  EXPECT_EQ(sent_in_time(source), (std::vector<Time>{kStart, kStart + 250ms}));
  EXPECT_EQ(source.until(), kStart + 500ms) << "two requests in 400 ms would be more than four a second";
}

TEST(OpenLoop, OffersTheRequestedRate) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    for (const double rate : {1.5, 1.6, 2.4, 2.5, 3.3, 99.5, 1234.5}) {
      const LoadConfig config{.rate = rate, .arrivals = arrivals, .duration = 1s};
      RequestSource source(config, kStart);
      const auto all = sent_in_time(source);
      EXPECT_EQ(all.size(), scheduled_requests(config));
      const std::chrono::duration<double> offered = source.until() - kStart;
      EXPECT_NEAR(static_cast<double>(all.size()) / offered.count(), rate, 1e-6 * rate);
      EXPECT_NEAR(offered.count(), 1, 0.5 / rate + 1e-9) << "at most half an interval from the duration";
      EXPECT_LE(all.back(), source.until());
    }
  }
}

TEST(OpenLoop, HasAtLeastOneRequest) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    RequestSource source({.rate = 0.01, .arrivals = arrivals, .duration = 1s}, kStart);
    const auto all = sent_in_time(source);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_LE(all[0], kStart + 1s);
    EXPECT_EQ(source.until(), kStart + 1s);
  }
}

TEST(OpenLoop, EndsAtTheFirstLimit) {
  RequestSource by_number({.rate = 100, .duration = 10s, .requests = 200}, kStart);
  EXPECT_EQ(by_number.until(), kStart + 2s);
  EXPECT_EQ(by_number.left(), 200U);
  EXPECT_EQ(sent_in_time(by_number).size(), 200U);
  RequestSource by_time({.rate = 100, .duration = 10s, .requests = 2000}, kStart);
  EXPECT_EQ(by_time.until(), kStart + 10s);
  EXPECT_EQ(sent_in_time(by_time).size(), 1000U);
  RequestSource without_time({.rate = 100, .requests = 50}, kStart);
  EXPECT_EQ(without_time.until(), kStart + 500ms);
  EXPECT_EQ(sent_in_time(without_time).size(), 50U);
}

TEST(OpenLoop, SchedulesAnyNumberOfRequests) {
  const RequestSource source({.rate = 0.001, .requests = UINT64_MAX - 1}, kStart);
  EXPECT_GT(source.until(), kStart);
  EXPECT_LE(source.until(), kStart + 366 * 24h);
  EXPECT_EQ(source.next(), kStart);
}

TEST(OpenLoop, GivesOverdueRequestsTheirIntendedTime) {
  RequestSource source({.rate = 10, .duration = 1s}, kStart);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(source.take(kStart + 5s), kStart + i * 100ms);
  EXPECT_EQ(source.take(kStart + 5s), std::nullopt);
}

TEST(OpenLoop, SendsRemainingRequestsAfterItsEnd) {
  RequestSource source({.rate = 10, .duration = 1s}, kStart);
  EXPECT_FALSE(source.over(kStart + 1h)) << "nothing of the schedule is forgotten";
  EXPECT_EQ(source.left(), 10U);
  source.take(kStart + 1h);
  EXPECT_EQ(source.left(), 9U);
}

TEST(OpenLoop, WarmsUpOnASeparateSchedule) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    RequestSource source({.rate = 100, .arrivals = arrivals, .duration = 3s, .warmup = 2s}, kStart);
    EXPECT_EQ(source.measured_from(), kStart + 2s);
    EXPECT_EQ(source.until(), kStart + 5s);
    EXPECT_EQ(source.left(), 500U);
    const auto all = sent_in_time(source);
    EXPECT_EQ(all.size(), 500U);
    EXPECT_EQ(measured(source, all), 300U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_LT(all[199], kStart + 2s);
    EXPECT_GE(all[200], kStart + 2s);
  }
}

TEST(OpenLoop, CountsRequestsAfterTheWarmUpOnly) {
  RequestSource source({.rate = 100, .requests = 10, .warmup = 1s}, kStart);
  EXPECT_EQ(source.until(), kStart + 1100ms) << "known from the beginning";
  const auto all = sent_in_time(source);
  EXPECT_EQ(all.size(), 110U);
  EXPECT_EQ(measured(source, all), 10U);
}

TEST(OpenLoop, WaitsForTheEndOfAWarmUpThatHasNoRequest) {
  RequestSource source({.rate = 1, .duration = 3s, .warmup = 100ms}, kStart);
  EXPECT_EQ(source.next(), kStart + 100ms);
  EXPECT_FALSE(source.over(kStart));
  EXPECT_EQ(source.take(kStart), std::nullopt);
  EXPECT_EQ(source.take(kStart + 100ms), kStart + 100ms);
  EXPECT_EQ(source.left(), 2U);
}

TEST(OpenLoop, RepeatsWithTheSameSeedAndWarmsUpDifferently) {
  const auto of_seed = [](std::uint64_t seed) {
    RequestSource source(
        {.rate = 100, .arrivals = Arrivals::kPoisson, .duration = 2s, .warmup = 2s, .seed = seed}, kStart);
    return sent_in_time(source);
  };
  const auto all = of_seed(1);
  EXPECT_EQ(all, of_seed(1));
  EXPECT_NE(all, of_seed(2));
  EXPECT_NE(all[0] - kStart, all[200] - (kStart + 2s));
}

TEST(ClosedLoop, GivesTheGivenNumberOfRequests) {
  RequestSource source({.requests = 3}, kStart);
  EXPECT_EQ(source.until(), kNever);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(source.over(kStart + 1h));
    EXPECT_LE(source.next(), kStart);
    EXPECT_EQ(source.take(kStart + i * 1ms), kStart + i * 1ms) << "intended when a connection is free";
  }
  EXPECT_TRUE(source.over(kStart));
  EXPECT_EQ(source.next(), kNever);
  EXPECT_EQ(source.take(kStart), std::nullopt);
  EXPECT_EQ(source.left(), 0U);
}

TEST(ClosedLoop, GivesRequestsForTheGivenDuration) {
  RequestSource source({.duration = 1s}, kStart);
  EXPECT_EQ(source.until(), kStart + 1s);
  EXPECT_EQ(source.take(kStart + 1s - 1ns), kStart + 1s - 1ns);
  EXPECT_FALSE(source.over(kStart + 1s - 1ns));
  EXPECT_EQ(source.take(kStart + 1s), std::nullopt);
  EXPECT_TRUE(source.over(kStart + 1s));
}

TEST(ClosedLoop, EndsAtTheFirstLimit) {
  RequestSource by_number({.duration = 1s, .requests = 1}, kStart);
  EXPECT_TRUE(by_number.take(kStart));
  EXPECT_FALSE(by_number.take(kStart));
  EXPECT_TRUE(by_number.over(kStart));
  RequestSource by_time({.duration = 1s, .requests = 2}, kStart);
  EXPECT_TRUE(by_time.take(kStart));
  EXPECT_FALSE(by_time.take(kStart + 1s));
  EXPECT_TRUE(by_time.over(kStart + 1s));
}

TEST(ClosedLoop, WarmsUpWithoutCounting) {
  RequestSource source({.duration = 1s, .requests = 2, .warmup = 500ms}, kStart);
  EXPECT_EQ(source.measured_from(), kStart + 500ms);
  EXPECT_EQ(source.until(), kStart + 1500ms);
  for (int i = 0; i < 10; ++i) {
    const auto intended = source.take(kStart + 499ms);
    ASSERT_TRUE(intended);
    EXPECT_FALSE(source.measured(*intended));
  }
  EXPECT_FALSE(source.over(kStart + 499ms));
  for (int i = 0; i < 2; ++i) {
    const auto intended = source.take(kStart + 500ms);
    ASSERT_TRUE(intended);
    EXPECT_TRUE(source.measured(*intended));
  }
  EXPECT_FALSE(source.take(kStart + 500ms));
  EXPECT_TRUE(source.over(kStart + 500ms));
}

TEST(RequestSource, GivesNothingOnceItIsStopped) {
  for (const LoadConfig& config :
       {LoadConfig{.rate = 10, .duration = 1s, .warmup = 1s}, LoadConfig{.rate = 10, .requests = 5},
        LoadConfig{.requests = 5}, LoadConfig{.duration = 1s, .warmup = 1s}}) {
    RequestSource source(config, kStart);
    EXPECT_TRUE(source.take(kStart));
    EXPECT_FALSE(source.over(kStart));
    source.stop();
    EXPECT_FALSE(source.take(kStart + 1500ms));
    EXPECT_EQ(source.next(), kNever);
    EXPECT_TRUE(source.over(kStart));
  }
}

}  // namespace
}  // namespace majuscule::test
