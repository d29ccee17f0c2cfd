// SPDX-License-Identifier: MIT
#include "measure/percentile_file.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/core.h>

namespace majuscule {
namespace {

constexpr double kStepsPerHalving = 5;
constexpr double kNsPerMs = 1e6;

/// Returns the next percentile to report: the steps become finer towards 100 %.
double step_behind(double percentile) {
  assert(percentile < 100);
  const double halvings = std::floor(std::log2(100.0 / (100.0 - percentile))) + 1;
  return percentile + 100.0 / (kStepsPerHalving * std::exp2(halvings));
}

std::string line(double ns, double percentile, std::uint64_t count) {
  std::string text = fmt::format("{:12.6f} {:2.12f} {:10}", ns / kNsPerMs, percentile / 100, count);
  if (percentile < 100) text += fmt::format(" {:14.2f}", 1 / (1 - percentile / 100));
  return text + "\n";
}

}  // namespace

std::string percentile_file(const Histogram& histogram) {
  std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  const auto total = static_cast<double>(histogram.count());
  double wanted = 0;
  std::uint64_t seen = 0;
  histogram.for_each([&](Duration value, std::uint64_t count) {
    seen += count;
    const double reached = 100 * static_cast<double>(seen) / total;
    const auto ns = static_cast<double>(std::min(value, histogram.max()).count());
    while (wanted <= reached && wanted < 100) {
      text += line(ns, wanted, seen);
      wanted = step_behind(wanted);
      if (seen == histogram.count()) break;  // 100 % comes next, whatever steps are left
    }
  });
  if (!histogram.empty()) text += line(static_cast<double>(histogram.max().count()), 100, histogram.count());
  text += fmt::format("#[Mean    = {:12.6f}, StdDeviation   = {:12.6f}]\n", histogram.mean_ns() / kNsPerMs,
                      histogram.standard_deviation_ns() / kNsPerMs);
  text += fmt::format("#[Max     = {:12.6f}, Total count    = {:12}]\n",
                      static_cast<double>(histogram.max().count()) / kNsPerMs, histogram.count());
  text += fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", Histogram::kBuckets,
                      Histogram::kSubBuckets);
  return text;
}

}  // namespace majuscule
