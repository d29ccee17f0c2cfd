// SPDX-License-Identifier: MIT
// Compares the histogram with all samples, sorted: percentiles within a thousandth, the rest exact.
#include "measure/histogram.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <gtest/gtest.h>

#include "measure/samples.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kThousandths[] = {0,      1,      10'000, 25'000, 50'000, 75'000,
                                          90'000, 95'000, 99'000, 99'900, 99'990, 100'000};

struct Kind {
  std::string name;
  std::function<Duration(Chance&)> next;
};

std::vector<Kind> kinds() {
  return {
      {"Uniform", [](Chance& chance) { return nanoseconds(2e9 * chance.uniform()); }},
      {"BelowAMicrosecond", [](Chance& chance) { return nanoseconds(1e3 * chance.uniform()); }},
      {"Exponential", [](Chance& chance) { return nanoseconds(chance.exponential(200e3)); }},
      {"Pareto", [](Chance& chance) { return nanoseconds(std::min(chance.pareto(20e3, 1.1), 3.6e12)); }},
      {"TwoPoints", [](Chance& chance) { return chance.uniform() < 0.01 ? Duration(500ms) : 20us; }},
      {"Constant", [](Chance&) { return Duration(12'345'678ns); }},
      {"OverTheWholeRange",
       [](Chance& chance) { return nanoseconds(std::exp(chance.uniform() * std::log(3.6e12))); }},
  };
}

class HistogramOf : public ::testing::TestWithParam<Kind> {
 protected:
  std::vector<Duration> of(std::size_t count) {
    Chance chance(count);
    return samples(count, [&] { return GetParam().next(chance); });
  }
};

TEST_P(HistogramOf, HasEveryPercentileWithinAThousandthAndNeverBelow) {
  for (const std::size_t count : {1U, 2U, 3U, 10U, 99U, 100U, 101U, 1'000U, 99'999U, 200'000U}) {
    auto values = of(count);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    for (const std::uint64_t thousandths : kThousandths) {
      const Duration exact = nearest_rank(values, thousandths);
      const Duration reported = histogram.at_percentile(static_cast<double>(thousandths) / 1e3);
      EXPECT_GE(reported, exact) << thousandths << " of " << count;
      EXPECT_LE(reported, exact + exact / 1000) << thousandths << " of " << count;
    }
  }
}

TEST_P(HistogramOf, HasLeastMostAndMeanExactly) {
  const auto values = of(100'000);
  const Histogram histogram = histogram_of(values);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const Duration sum = std::accumulate(values.begin(), values.end(), Duration(0));
  const double mean = static_cast<double>(sum.count()) / 1e5;
  EXPECT_EQ(histogram.count(), 100'000U);
  EXPECT_EQ(histogram.min(), *least);
  EXPECT_EQ(histogram.max(), *most);
  EXPECT_NEAR(histogram.mean_ns(), mean, 1e-12 * mean);
  EXPECT_EQ(histogram.at_percentile(100), *most);
  EXPECT_EQ(histogram.clamped(), 0U);
  double squares = 0;
  for (const Duration value : values) squares += std::pow(static_cast<double>(value.count()) - mean, 2);
  const double deviation = std::sqrt(squares / 1e5);
  EXPECT_NEAR(histogram.standard_deviation_ns(), deviation, 1e-3 * (mean + deviation));
}

INSTANTIATE_TEST_SUITE_P(Distributions, HistogramOf, ::testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST(Histogram, HasABucketForEachNanosecondBelowTwoMicroseconds) {
  Histogram histogram;
  for (int ns = 0; ns < 2048; ++ns) histogram.record(Duration(ns));
  int next = 0;
  histogram.for_each([&](Duration value, std::uint64_t count) {
    EXPECT_EQ(value, Duration(next++));
    EXPECT_EQ(count, 1U);
  });
  EXPECT_EQ(next, 2048);
}

TEST(Histogram, HasBucketsThatFollowOneAnotherWithoutGapOrOverlap) {
  Histogram histogram;
  for (int ns = 0; ns < 300'000; ++ns) histogram.record(Duration(ns));
  Duration end(-1);
  histogram.for_each([&](Duration longest, std::uint64_t count) {
    if (longest < 300'000ns) {
      EXPECT_EQ(longest - end, Duration(static_cast<std::int64_t>(count)));
    }
    EXPECT_LE(1000 * (count - 1), static_cast<std::uint64_t>(end.count() + 1)) << "too wide";
    end = longest;
  });
  EXPECT_GE(end, 299'999ns);
}

TEST(Histogram, HasNarrowBucketsAtEveryPowerOfTwo) {
  for (int power = 1; power < 42; ++power) {
    for (const std::int64_t offset : {-1, 0, 1}) {
      const Duration value((std::int64_t{1} << power) + offset);
      if (value > Histogram::kMost) continue;
      const Histogram histogram = histogram_of({value, Histogram::kMost});
      EXPECT_GE(histogram.at_percentile(50), value);
      EXPECT_LE(histogram.at_percentile(50), value + value / 1000);
    }
  }
}

TEST(Histogram, HasConstantMemory) {
  Chance chance(7);
  Histogram histogram;
  std::uint64_t buckets = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    histogram.record(nanoseconds(std::exp(chance.uniform() * std::log(7.2e12))));
  }
  histogram.for_each([&](Duration, std::uint64_t) { ++buckets; });
  EXPECT_GT(buckets, 30'000U) << "nearly all are in use";
  EXPECT_LE(buckets, (Histogram::kBuckets + 1) * Histogram::kSubBuckets / 2);
}

TEST(Histogram, CountsLongerValuesAsAnHour) {
  Histogram histogram;
  histogram.record(1h);
  EXPECT_EQ(histogram.clamped(), 0U);
  histogram.record(1h + 1ns);
  histogram.record(Duration::max());
  EXPECT_EQ(histogram.clamped(), 2U);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.min(), 1h);
  EXPECT_EQ(histogram.max(), 1h);
  EXPECT_EQ(histogram.at_percentile(50), 1h);
  EXPECT_DOUBLE_EQ(histogram.mean_ns(), 3.6e12);
}

TEST(Histogram, CountsNegativeValuesAsZero) {
  const Histogram histogram = histogram_of({-1ns, Duration::min(), 0ns, 4ns});
  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.at_percentile(75), 0ns);
  EXPECT_EQ(histogram.max(), 4ns);
  EXPECT_DOUBLE_EQ(histogram.mean_ns(), 1.0);
  EXPECT_EQ(histogram.clamped(), 0U);
}

TEST(Histogram, IsAllZeroWhenItIsEmpty) {
  const Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), 0ns);
  EXPECT_EQ(histogram.max(), 0ns);
  EXPECT_EQ(histogram.mean_ns(), 0);
  EXPECT_EQ(histogram.standard_deviation_ns(), 0);
  for (const double percentile : {0.0, 50.0, 100.0}) EXPECT_EQ(histogram.at_percentile(percentile), 0ns);
  histogram.for_each([](Duration, std::uint64_t) { ADD_FAILURE() << "there is no sample"; });
}

TEST(Histogram, ClampsPercentiles) {
  const Histogram histogram = histogram_of({1us, 2us, 3us});
  EXPECT_FALSE(histogram.empty());
  EXPECT_EQ(histogram.at_percentile(-1), 1us);
  EXPECT_EQ(histogram.at_percentile(0), 1us);
  EXPECT_EQ(histogram.at_percentile(101), 3us);
}

TEST(Histogram, ComputesTheStandardDeviation) {
  EXPECT_DOUBLE_EQ(histogram_of({2ns, 4ns, 4ns, 4ns, 5ns, 5ns, 7ns, 9ns}).standard_deviation_ns(), 2.0);
}

}  // namespace
}  // namespace majuscule::test
