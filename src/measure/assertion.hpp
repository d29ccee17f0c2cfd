// SPDX-License-Identifier: MIT
// `--assert 'p99<5ms'`: a bound on a figure of a result. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "measure/result.hpp"

namespace majuscule {

inline constexpr std::string_view kAssertionForm =
    "FIGURE<VALUE (or <=, >, >=) with FIGURE min, mean, max or a percentile such as p99 or p99.9 of the "
    "response "
    "time, or of another one (service.p99, connect.p99, first_byte.p99, lateness.p99), and VALUE a duration; "
    "or "
    "rate>NUMBER in requests/s";

class Assertion {
 public:
  /// Returns nothing for text that is not of the form kAssertionForm.
  static std::optional<Assertion> parse(std::string_view text);

  /// Returns the actual value if the bound does not hold; empty: it holds.
  std::string failure(const Result& result) const;

 private:
  enum class Series : std::uint8_t { kResponse, kService, kConnect, kFirstByte, kLateness, kRate };
  enum class Figure : std::uint8_t { kMin, kMean, kMax, kPercentile };
  enum class Relation : std::uint8_t { kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  bool parse_figure(std::string_view text);
  const Histogram& histogram(const Result& result) const;
  std::optional<double> measured(const Result& result) const;

  std::string text_;
  Series series_ = Series::kResponse;
  Figure figure_ = Figure::kPercentile;
  double percentile_ = 0;
  Relation relation_ = Relation::kLess;
  double bound_ = 0;  // ns, or requests/s
};

}  // namespace majuscule
