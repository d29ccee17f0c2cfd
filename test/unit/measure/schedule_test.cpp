// SPDX-License-Identifier: MIT
// When the requests of an open loop are due: fixed ones to the nanosecond, Poisson ones by their
// distribution.
#include "measure/schedule.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "measure/samples.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart{1'000'000'007s};

std::vector<Time> all_of(Schedule schedule) {
  std::vector<Time> all;
  for (; schedule.next() != kNever; schedule.pop()) {
    EXPECT_GT(schedule.left(), 0U);
    all.push_back(schedule.next());
  }
  EXPECT_EQ(schedule.left(), 0U);
  return all;
}

std::vector<Time> poisson(Duration length, std::uint64_t count, std::uint64_t seed) {
  return all_of(Schedule(Arrivals::kPoisson, kStart, length, count, seed));
}

/// Returns the Kolmogorov-Smirnov distance of samples from a distribution function, times the root of their
/// number.
double distance(std::vector<double> values, const std::function<double(double)>& distribution) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double most = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double truth = distribution(values[i]);
    most =
        std::max({most, static_cast<double>(i + 1) / count - truth, truth - static_cast<double>(i) / count});
  }
  return most * std::sqrt(count);
}
/// Exceeded by 1 % of correct samples; the seeds here do not exceed it.
constexpr double kFar = 1.63;

TEST(FixedSchedule, HasEachAtItsNanosecond) {
  const auto all = all_of(Schedule(Arrivals::kFixed, kStart, 2s, 2000, 1));
  ASSERT_EQ(all.size(), 2000U);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], kStart + i * 1ms);
}

TEST(FixedSchedule, RoundsToTheNextNanosecond) {
  const auto all = all_of(Schedule(Arrivals::kFixed, kStart, 1s, 3, 1));
  EXPECT_EQ(all, (std::vector<Time>{kStart, kStart + 333'333'333ns, kStart + 666'666'667ns}));
}

TEST(FixedSchedule, DoesNotDrift) {
  constexpr std::int64_t kCount = 10'000'019;  // a prime: the interval is no whole number of nanoseconds
  constexpr Duration kLength = 10min;
  Schedule schedule(Arrivals::kFixed, kStart, kLength, kCount, 1);
  std::int64_t worst = 0;  // in ns, times kCount
  for (std::int64_t i = 0; i < kCount; ++i, schedule.pop()) {
    worst = std::max(worst, std::abs((schedule.next() - kStart).count() * kCount - kLength.count() * i));
  }
  EXPECT_LE(worst, kCount * 501 / 1000) << "half a nanosecond, from the first to the last";
  EXPECT_EQ(schedule.next(), kNever);
}

TEST(FixedSchedule, TakesNothingFromTheSeed) {
  EXPECT_EQ(all_of(Schedule(Arrivals::kFixed, kStart, 1s, 100, 1)),
            all_of(Schedule(Arrivals::kFixed, kStart, 1s, 100, 2)));
}

TEST(PoissonSchedule, HasTheRightNumberInOrderWithinItsTime) {
  for (const std::uint64_t count : {1U, 2U, 10U, 1'000U, 100'000U}) {
    const auto all = poisson(3s, count, count);
    EXPECT_EQ(all.size(), count);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_GE(all.front(), kStart);
    EXPECT_LE(all.back(), kStart + 3s);
  }
}

TEST(PoissonSchedule, HasIndependentExponentialIntervals) {
  constexpr std::size_t kCount = 200'000;
  const auto all = poisson(100s, kCount, 42);
  std::vector<double> gaps;  // divided by the mean
  for (std::size_t i = 1; i < all.size(); ++i) {
    gaps.push_back(static_cast<double>((all[i] - all[i - 1]).count()) / 500e3);
  }
  double sum = 0, squares = 0, products = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    sum += gaps[i];
    squares += gaps[i] * gaps[i];
    if (i > 0) products += (gaps[i] - 1) * (gaps[i - 1] - 1);
  }
  const auto count = static_cast<double>(gaps.size());
  EXPECT_NEAR(sum / count, 1, 0.001);
  EXPECT_NEAR(squares / count - 1, 1, 0.02) << "the variance is the mean's square";
  EXPECT_NEAR(products / count, 0, 0.01) << "one says nothing of the next";
  EXPECT_LT(distance(gaps, [](double gap) { return 1 - std::exp(-gap); }), kFar);
}

TEST(PoissonSchedule, IsAsDenseAtItsEndAsAtItsBeginning) {
  std::vector<double> places;
  for (const Time time : poisson(100s, 100'000, 43)) {
    places.push_back(static_cast<double>((time - kStart).count()) / 100e9);
  }
  EXPECT_LT(distance(places, [](double place) { return place; }), kFar);
}

TEST(PoissonSchedule, OfOneOrTwoIsUniform) {
  std::vector<double> only, last;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    only.push_back(static_cast<double>((poisson(1s, 1, seed)[0] - kStart).count()) / 1e9);
    last.push_back(static_cast<double>((poisson(1s, 2, seed)[1] - kStart).count()) / 1e9);
  }
  EXPECT_LT(distance(only, [](double place) { return place; }), kFar);
  EXPECT_LT(distance(last, [](double place) { return place * place; }), kFar) << "the later of two";
}

TEST(PoissonSchedule, IsTheSameForTheSameSeedOnly) {
  EXPECT_EQ(poisson(1s, 1000, 5), poisson(1s, 1000, 5));
  EXPECT_NE(poisson(1s, 1000, 5), poisson(1s, 1000, 6));
}

TEST(Schedule, OfNoneIsEmpty) {
  for (const Arrivals arrivals : {Arrivals::kFixed, Arrivals::kPoisson}) {
    const Schedule schedule(arrivals, kStart, 1s, 0, 1);
    EXPECT_EQ(schedule.next(), kNever);
    EXPECT_EQ(schedule.left(), 0U);
  }
}

TEST(Schedule, IsComputedOnDemand) {
  Schedule schedule(Arrivals::kPoisson, kStart, 24h * 365, UINT64_C(1) << 50, 1);
  EXPECT_EQ(schedule.left(), UINT64_C(1) << 50);
  schedule.pop();
  EXPECT_EQ(schedule.left(), (UINT64_C(1) << 50) - 1);
  EXPECT_LT(schedule.next() - kStart, 1s);
}

}  // namespace
}  // namespace majuscule::test
