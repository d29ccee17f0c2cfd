// SPDX-License-Identifier: MIT
#include "measure/histogram.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace majuscule {

Histogram::Histogram() : counts_(bucket_of(static_cast<std::uint64_t>(kMost.count())) + 1) {}

Duration Histogram::min() const { return Duration(empty() ? 0 : static_cast<std::int64_t>(min_)); }

Duration Histogram::max() const { return Duration(static_cast<std::int64_t>(max_)); }

double Histogram::mean_ns() const { return empty() ? 0.0 : sum_ / static_cast<double>(count_); }

double Histogram::standard_deviation_ns() const {
  if (empty()) return 0.0;
  double squares = 0;
  for_each([&](Duration value, std::uint64_t count) {
    const double distance = static_cast<double>(value.count()) - mean_ns();
    squares += distance * distance * static_cast<double>(count);
  });
  return std::sqrt(squares / static_cast<double>(count_));
}

Duration Histogram::at_percentile(double percentile) const {
  // 99.9 % of 1,000 must be rank 999 in spite of floating-point rounding.
  constexpr double kRounding = 1e-6;
  const double exact = std::clamp(percentile, 0.0, 100.0) / 100 * static_cast<double>(count_);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - kRounding)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(Duration(longest_of(i)), max());
  }
  assert(empty());
  return Duration::zero();
}

std::int64_t Histogram::longest_of(std::size_t bucket) {
  if (bucket < kSubBuckets) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = bucket / kHalf - 1;
  const std::size_t sub_bucket = bucket - shift * kHalf;
  return static_cast<std::int64_t>(((sub_bucket + 1) << shift) - 1);
}

}  // namespace majuscule
