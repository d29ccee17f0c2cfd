// SPDX-License-Identifier: MIT
#include "base/units.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace majuscule {
namespace {

template <typename Number, std::size_t N>
std::optional<Number> find_unit(std::string_view name,
                                const std::pair<std::string_view, Number> (&units)[N]) {
  for (const auto& [unit, factor] : units) {
    if (unit == name) return factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1},  {"us", 1e3},   {"ms", 1e6},
                                                            {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}};
  constexpr double kLongest = 366.0 * 24 * 3600e9;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;  // also rejects NaN
  if (text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto unit = find_unit(text.substr(static_cast<std::size_t>(end - text.data())), kUnits);
  if (!unit || number * *unit > kLongest) return std::nullopt;
  return Duration(std::llround(number * *unit));
}

std::optional<std::size_t> parse_size(std::string_view text) {
  constexpr std::pair<std::string_view, std::size_t> kUnits[] = {
      {"", 1},          {"B", 1},          {"kB", 1000},
      {"KB", 1000},     {"MB", 1'000'000}, {"GB", 1'000'000'000},
      {"KiB", 1 << 10}, {"MiB", 1 << 20},  {"GiB", 1 << 30}};
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const auto unit = find_unit(text.substr(static_cast<std::size_t>(end - text.data())), kUnits);
  if (!unit || number > std::numeric_limits<std::size_t>::max() / *unit) return std::nullopt;
  return number * *unit;
}

std::optional<Task> parse_task(std::string_view text) {
  if (text == "none") return Task{};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  constexpr std::pair<std::string_view, TaskKind> kKinds[] = {
      {"sleep", TaskKind::kSleep}, {"block", TaskKind::kBlock}, {"cpu", TaskKind::kCpu}};
  const auto kind = find_unit(text.substr(0, colon), kKinds);
  const auto duration = parse_duration(text.substr(colon + 1));
  if (!kind || !duration) return std::nullopt;
  return Task{*kind, *duration};
}

}  // namespace majuscule
