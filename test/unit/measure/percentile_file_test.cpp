// SPDX-License-Identifier: MIT
// The text for HdrHistogram's plotter: a small one byte for byte, and properties of every one.
#include "measure/percentile_file.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "measure/samples.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

const std::string kHead = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";

struct Line {
  double ms;
  double percentile;
  std::uint64_t count;
};

/// Returns the lines with figures.
std::vector<Line> lines(const std::string& text) {
  EXPECT_TRUE(text.starts_with(kHead));
  std::istringstream stream(text.substr(kHead.size()));
  std::vector<Line> all;
  std::string line;
  while (std::getline(stream, line) && !line.starts_with('#')) {
    std::istringstream words(line);
    Line one{};
    words >> one.ms >> one.percentile >> one.count;
    EXPECT_FALSE(words.fail()) << line;
    double inverse = 0;
    if (words >> inverse) {
      EXPECT_NEAR(inverse * (1 - one.percentile), 1, 0.006) << line;
    } else {
      EXPECT_EQ(one.percentile, 1) << "only the last line has no fourth column: " << line;
    }
    all.push_back(one);
  }
  return all;
}

TEST(PercentileFile, HasTheFormatOfHdrHistogram) {
  EXPECT_EQ(percentile_file(histogram_of({1us, 1500ns, 2us, 2040ns})),
            kHead +
                R"(    0.001000 0.000000000000          1           1.00
    0.001000 0.100000000000          1           1.11
    0.001000 0.200000000000          1           1.25
    0.001500 0.300000000000          2           1.43
    0.001500 0.400000000000          2           1.67
    0.001500 0.500000000000          2           2.00
    0.002000 0.550000000000          3           2.22
    0.002000 0.600000000000          3           2.50
    0.002000 0.650000000000          3           2.86
    0.002000 0.700000000000          3           3.33
    0.002000 0.750000000000          3           4.00
    0.002040 0.775000000000          4           4.44
    0.002040 1.000000000000          4
#[Mean    =     0.001635, StdDeviation   =     0.000424]
#[Max     =     0.002040, Total count    =            4]
#[Buckets =           32, SubBuckets     =         2048]
)");
}

TEST(PercentileFile, OfAnEmptyHistogramHasNoFigures) {
  EXPECT_EQ(percentile_file(Histogram()), kHead +
                                              R"(#[Mean    =     0.000000, StdDeviation   =     0.000000]
#[Max     =     0.000000, Total count    =            0]
#[Buckets =           32, SubBuckets     =         2048]
)");
}

TEST(PercentileFile, OfOneValueBeginsAndEndsWithIt) {
  const auto all = lines(percentile_file(histogram_of({3ms, 3ms, 3ms})));
  ASSERT_EQ(all.size(), 2U);
  for (const Line& line : all) {
    EXPECT_EQ(line.ms, 3);
    EXPECT_EQ(line.count, 3U);
  }
  EXPECT_EQ(all.front().percentile, 0);
  EXPECT_EQ(all.back().percentile, 1);
}

TEST(PercentileFile, CountsTheSamplesUpToEachValueAndEndsWithTheLongest) {
  Chance chance(3);
  auto values = samples(50'000, [&] { return nanoseconds(chance.exponential(1e6)); });
  const auto all = lines(percentile_file(histogram_of(values)));
  std::sort(values.begin(), values.end());
  ASSERT_GT(all.size(), 60U) << "five for each halving, of which there are 15";
  EXPECT_LT(all.size(), 90U);
  EXPECT_EQ(all.front().percentile, 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Duration value = nanoseconds(all[i].ms * 1e6);
    const auto up_to = std::upper_bound(values.begin(), values.end(), value) - values.begin();
    EXPECT_EQ(all[i].count, static_cast<std::uint64_t>(up_to)) << all[i].ms;
    EXPECT_GE(static_cast<double>(all[i].count), all[i].percentile * 50'000 - 1e-6) << all[i].ms;
    if (i == 0) continue;
    EXPECT_GE(all[i].ms, all[i - 1].ms);
    EXPECT_GT(all[i].percentile, all[i - 1].percentile);
    EXPECT_GE(all[i].count, all[i - 1].count);
  }
  EXPECT_EQ(nanoseconds(all.back().ms * 1e6), values.back());
  EXPECT_EQ(all.back().percentile, 1);
  EXPECT_EQ(all.back().count, 50'000U);
}

}  // namespace
}  // namespace majuscule::test
