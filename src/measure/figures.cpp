// SPDX-License-Identifier: MIT
#include "measure/figures.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace majuscule {
namespace {

constexpr double kNsPerUs = 1e3;

struct Percentile {
  std::string_view name;
  double value;
};
constexpr Percentile kInTable[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}};
constexpr Percentile kInJson[] = {{"p50", 50}, {"p75", 75},     {"p90", 90},      {"p95", 95},
                                  {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}};

double ns_of(Duration duration) { return static_cast<double>(duration.count()); }

std::string row(std::string_view name, const Histogram& samples) {
  if (samples.empty()) return fmt::format("{:<14}  {:>9}\n", name, "none");
  std::string text = fmt::format("{:<14}  {:>9}  {:>9}", name, in_time_units(ns_of(samples.min())),
                                 in_time_units(samples.mean_ns()));
  for (const auto& percentile : kInTable) {
    text += fmt::format("  {:>9}", in_time_units(ns_of(samples.at_percentile(percentile.value))));
  }
  return text + fmt::format("  {:>9}\n", in_time_units(ns_of(samples.max())));
}

std::string_view plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

/// Converts to microseconds, to the nanosecond.
double microseconds(double ns) { return std::round(ns) / kNsPerUs; }

/// Rounds to 1/`parts`; a value that was not measured becomes null.
nlohmann::ordered_json rounded(std::optional<double> value, double parts) {
  return value ? nlohmann::ordered_json(std::round(*value * parts) / parts) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_of(const Histogram& samples) {
  nlohmann::ordered_json figures;
  const auto put = [&](std::string_view name, double ns) {
    figures[std::string(name)] =
        samples.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(microseconds(ns));
  };
  put("min", ns_of(samples.min()));
  put("mean", samples.mean_ns());
  for (const auto& percentile : kInJson) put(percentile.name, ns_of(samples.at_percentile(percentile.value)));
  put("max", ns_of(samples.max()));
  figures["count"] = samples.count();
  return figures;
}

}  // namespace

std::string in_time_units(double ns) {
  // With the number at which the next unit begins; a value that rounds to it uses the next unit.
  struct Unit {
    double size;
    double end;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {
      {1, 1e3, "ns"}, {1e3, 1e3, "us"}, {1e6, 1e3, "ms"}, {1e9, 60, "s"}, {60e9, HUGE_VAL, "min"}};
  if (ns <= -0.5) return "-" + in_time_units(-ns);
  for (const auto& [size, end, name] : kUnits) {
    const double value = std::max(0.0, ns / size);
    const int decimals = size == 1 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    const double parts = std::pow(10, decimals);
    if (std::round(value * parts) / parts < end) return fmt::format("{:.{}f} {}", value, decimals, name);
  }
  return "for ever";
}

std::string rate_in_words(double rate) {
  return rate < 10 ? fmt::format("{:.3g}", rate) : fmt::format("{:.1f}", rate);
}

std::string table_of(const Result& result, const std::string& what) {
  const Recorder& recorder = result.recorder;
  const auto reasons = result.invalid_reasons();
  std::string text = what + "\n";
  for (const std::string& reason : reasons) text += "INVALID: " + reason + "\n";
  text += fmt::format("\n{} request{} in {:.3f} s", recorder.requests, plural(recorder.requests),
                      result.seconds());
  if (const auto rate = result.requests_per_second())
    text += fmt::format(": {} requests/s", rate_in_words(*rate));
  if (result.config.rate) text += fmt::format(" ({} offered)", rate_in_words(*result.config.rate));
  const std::uint64_t errors = recorder.total_failures();
  text += fmt::format("; {} error{}, {} connection{}", errors, plural(errors), recorder.connections,
                      plural(recorder.connections));
  for (std::size_t i = 0; i < result.addresses.size(); ++i) {
    text += (i == 0 ? " to " : " and ") + result.addresses[i];
  }
  if (result.client_cpu_share)
    text += fmt::format(", client at {:.0f} % of a core", *result.client_cpu_share * 100);
  text += "\n\n";
  text += fmt::format("{:<14}  {:>9}  {:>9}", "", "min", "mean");
  for (const auto& percentile : kInTable) text += fmt::format("  {:>9}", percentile.name);
  text += fmt::format("  {:>9}\n", "max");
  text += row("response time", recorder.response);
  text += row("service time", recorder.service);
  text += row("first byte", recorder.first_byte);
  text += row("connect", recorder.connect);
  text += row("own lateness", recorder.lateness);
  for (const std::string& note : result.notes()) text += "\nNote: " + note + "\n";
  return text;
}

std::string json_of(const Result& result) {
  const Recorder& recorder = result.recorder;
  const auto reasons = result.invalid_reasons();
  nlohmann::ordered_json object;
  object["requests"] = recorder.requests;
  object["seconds"] = std::round(result.seconds() * 1e6) / 1e6;
  object["requests_per_second"] = rounded(result.requests_per_second(), 1e6);
  object["offered_rate"] =
      result.config.rate ? nlohmann::ordered_json(*result.config.rate) : nlohmann::ordered_json(nullptr);
  object["valid"] = reasons.empty();
  object["invalid_reasons"] = reasons;
  for (std::size_t i = 0; i < kFailures; ++i) {
    object["errors"][std::string(to_string(static_cast<Failure>(i)))] = recorder.failures[i];
  }
  object["service_time_us"] = json_of(recorder.service);
  object["response_time_us"] = json_of(recorder.response);
  object["connect_time_us"] = json_of(recorder.connect);
  object["first_byte_us"] = json_of(recorder.first_byte);
  object["lateness_us"] = json_of(recorder.lateness);
  object["client_cpu_share"] = rounded(result.client_cpu_share, 1e4);
  object["notes"] = result.notes();
  object["warmup_requests"] = recorder.warmup_requests;
  object["connections"] = recorder.connections;
  object["addresses"] = result.addresses;
  object["resent"] = recorder.resent;
  object["unsent"] = result.unsent;
  object["seed"] = result.config.seed;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace majuscule
