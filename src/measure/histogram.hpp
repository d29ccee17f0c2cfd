// SPDX-License-Identifier: MIT
// Keeps every sample of a run in constant memory: a log-linear histogram like HdrHistogram (Gil Tene), with
// three significant digits from 1 us to 1 h. Below 2,048 ns each nanosecond has a bucket. Above, each power
// of two is divided into 1,024 buckets, so a bucket is at most a thousandth of its values wide.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <vector>

#include "majuscule/instant.hpp"

namespace majuscule {

class Histogram {
 public:
  static constexpr Duration kMost = std::chrono::hours(1);

  Histogram();

  /// A longer value counts as kMost (see clamped()), a negative one as zero.
  void record(Duration value) {
    const Duration held = value < kMost ? value : kMost;
    const auto ns = held > Duration::zero() ? static_cast<std::uint64_t>(held.count()) : 0;
    assert(bucket_of(ns) < counts_.size());
    ++counts_[bucket_of(ns)];
    ++count_;
    sum_ += static_cast<double>(ns);
    if (ns < min_) min_ = ns;
    if (ns > max_) max_ = ns;
    if (value > kMost) ++clamped_;
  }

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// Returns how many values were longer than kMost.
  std::uint64_t clamped() const { return clamped_; }

  /// Exact values. All of these functions return zero for an empty histogram.
  Duration min() const;
  Duration max() const;
  double mean_ns() const;
  /// Computed from the buckets.
  double standard_deviation_ns() const;

  /// Returns the upper end of the bucket with the sample at this rank (nearest rank, 0 to 100), at most
  /// max(): within a thousandth of the value that sorting all samples would give.
  Duration at_percentile(double percentile) const;

  /// Calls visit(upper end of the bucket, count) for each non-empty bucket, in ascending order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0) visit(Duration(longest_of(i)), counts_[i]);
    }
  }

  /// Its parameters, with the names in HdrHistogram's files.
  static constexpr unsigned kSubBuckets = 2048;
  static constexpr unsigned kBuckets = 32;

 private:
  static constexpr unsigned kHalf = kSubBuckets / 2;

  static std::size_t bucket_of(std::uint64_t ns) {
    if (ns < kSubBuckets) return ns;
    const auto shift =
        static_cast<unsigned>(std::bit_width(ns)) - static_cast<unsigned>(std::bit_width(kSubBuckets - 1));
    return std::size_t{shift} * kHalf + (ns >> shift);
  }
  static std::int64_t longest_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t clamped_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace majuscule
