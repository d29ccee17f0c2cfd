// SPDX-License-Identifier: MIT
#include "measure/assertion.hpp"

#include <charconv>
#include <utility>

#include <fmt/core.h>

#include "base/units.hpp"
#include "measure/figures.hpp"

namespace majuscule {
namespace {

std::optional<double> parse_decimal(std::string_view text) {
  double number = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Assertion> Assertion::parse(std::string_view text) {
  const auto at = text.find_first_of("<>");
  if (at == std::string_view::npos) return std::nullopt;
  Assertion assertion;
  assertion.text_ = text;
  if (!assertion.parse_figure(text.substr(0, at))) return std::nullopt;
  const bool less = text[at] == '<';
  auto value = text.substr(at + 1);
  const bool or_equal = value.starts_with('=');
  if (or_equal) value.remove_prefix(1);
  if (less) assertion.relation_ = or_equal ? Relation::kLessOrEqual : Relation::kLess;
  if (!less) assertion.relation_ = or_equal ? Relation::kGreaterOrEqual : Relation::kGreater;
  if (assertion.series_ == Series::kRate) {
    const auto bound = parse_decimal(value);
    if (bound) assertion.bound_ = *bound;
    return bound ? std::optional(assertion) : std::nullopt;
  }
  const auto bound = parse_duration(value);
  if (!bound) return std::nullopt;
  assertion.bound_ = static_cast<double>(bound->count());
  return assertion;
}

bool Assertion::parse_figure(std::string_view text) {
  if (text == "rate") {
    series_ = Series::kRate;
    return true;
  }
  constexpr std::pair<std::string_view, Series> kSeries[] = {{"response.", Series::kResponse},
                                                             {"service.", Series::kService},
                                                             {"connect.", Series::kConnect},
                                                             {"first_byte.", Series::kFirstByte},
                                                             {"lateness.", Series::kLateness}};
  for (const auto& [prefix, series] : kSeries) {
    if (!text.starts_with(prefix)) continue;
    series_ = series;
    text.remove_prefix(prefix.size());
    break;
  }
  constexpr std::pair<std::string_view, Figure> kFigures[] = {
      {"min", Figure::kMin}, {"mean", Figure::kMean}, {"max", Figure::kMax}};
  for (const auto& [name, figure] : kFigures) {
    if (text != name) continue;
    figure_ = figure;
    return true;
  }
  if (!text.starts_with('p')) return false;
  const auto percentile = parse_decimal(text.substr(1));
  if (!percentile || *percentile > 100) return false;
  percentile_ = *percentile;
  return true;
}

const Histogram& Assertion::histogram(const Result& result) const {
  const Recorder& recorder = result.recorder;
  switch (series_) {
    case Series::kService: return recorder.service;
    case Series::kConnect: return recorder.connect;
    case Series::kFirstByte: return recorder.first_byte;
    case Series::kLateness: return recorder.lateness;
    case Series::kResponse:
    case Series::kRate: break;
  }
  return recorder.response;
}

std::optional<double> Assertion::measured(const Result& result) const {
  if (series_ == Series::kRate) return result.requests_per_second();
  const Histogram& samples = histogram(result);
  if (samples.empty()) return std::nullopt;
  switch (figure_) {
    case Figure::kMin: return static_cast<double>(samples.min().count());
    case Figure::kMean: return samples.mean_ns();
    case Figure::kMax: return static_cast<double>(samples.max().count());
    case Figure::kPercentile: break;
  }
  return static_cast<double>(samples.at_percentile(percentile_).count());
}

std::string Assertion::failure(const Result& result) const {
  const auto measured_value = measured(result);
  if (!measured_value) return text_ + ": nothing was measured";
  const double value = *measured_value;
  const bool holds = [&] {
    switch (relation_) {
      case Relation::kLess: return value < bound_;
      case Relation::kLessOrEqual: return value <= bound_;
      case Relation::kGreater: return value > bound_;
      case Relation::kGreaterOrEqual: break;
    }
    return value >= bound_;
  }();
  if (holds) return {};
  const std::string is =
      series_ == Series::kRate ? rate_in_words(value) + " requests/s" : in_time_units(value);
  return fmt::format("{}: it is {}", text_, is);
}

}  // namespace majuscule
