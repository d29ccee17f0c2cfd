// SPDX-License-Identifier: MIT
// Samples from known distributions, the same on every machine: by inversion from the standard generator,
// whose numbers are fixed. The standard distributions are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "majuscule/instant.hpp"
#include "measure/histogram.hpp"

namespace majuscule::test {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  /// In (0, 1).
  double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53; }
  double exponential(double mean) { return -mean * std::log(uniform()); }
  double pareto(double least, double shape) { return least * std::pow(uniform(), -1 / shape); }

 private:
  std::mt19937_64 random_;
};

inline Duration nanoseconds(double ns) { return Duration(std::llround(ns)); }

inline std::vector<Duration> samples(std::size_t count, const std::function<Duration()>& next) {
  std::vector<Duration> all(count);
  for (Duration& one : all) one = next();
  return all;
}

inline Histogram histogram_of(const std::vector<Duration>& values) {
  Histogram histogram;
  for (const Duration value : values) histogram.record(value);
  return histogram;
}

/// Returns the sample at a percentile (in thousandths: 99,900 for 99.9 %) by nearest rank, in integer
/// arithmetic.
inline Duration nearest_rank(const std::vector<Duration>& sorted, std::uint64_t thousandths) {
  const std::uint64_t rank = (thousandths * sorted.size() + 99'999) / 100'000;
  return sorted[rank == 0 ? 0 : rank - 1];
}

/// Returns how many samples are longer, up to those in the same bucket.
inline std::uint64_t longer_than(Duration bound, const Histogram& histogram) {
  std::uint64_t longer = 0;
  histogram.for_each([&](Duration value, std::uint64_t count) { longer += value > bound ? count : 0; });
  return longer;
}

}  // namespace majuscule::test
