// SPDX-License-Identifier: MIT
#include "measure/result.hpp"

#include <fmt/core.h>

#include "measure/figures.hpp"
#include "measure/request_source.hpp"

namespace majuscule {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string in_words(Failure failure, std::uint64_t count, const std::string& first) {
  const auto said = [&](std::string_view one, std::string_view many) {
    return fmt::format("{} (the first: {})", counted(count, one, many), first);
  };
  switch (failure) {
    case Failure::kConnect: return said("request could not connect", "requests could not connect");
    case Failure::kRead:
      return said("request lost its connection or got an invalid answer",
                  "requests lost their connection or got invalid answers");
    case Failure::kWrite: return said("request could not be sent", "requests could not be sent");
    case Failure::kTimeout:
      return said("request was not answered in time", "requests were not answered in time");
    case Failure::kStatus: return said("answer with a wrong status", "answers with a wrong status");
    case Failure::kBody: return said("answer with a wrong body", "answers with a wrong body");
  }
  return {};
}

/// Returns why a rate was not achieved.
std::string cause(const Result& result) {
  const Recorder& recorder = result.recorder;
  if (2 * recorder.held_up > recorder.requests) {
    return fmt::format(
        "all {} were busy when requests were due, so the server was slower, or more --connections are needed",
        counted(result.config.connections * result.config.pipeline, "place", "places"));
  }
  return "the client could not send them in time";
}

std::string why_no_rate(const LoadConfig& config) {
  const std::string reason =
      fmt::format("a schedule of 1 request says no rate: {:g} requests/s need ", *config.rate);
  const bool short_of_requests = config.requests && *config.requests < kLeastScheduled;
  if (!config.duration) return reason + "--requests=2 or more";
  const double ns = static_cast<double>(kLeastScheduled) / *config.rate * 1e9;
  return reason + fmt::format("a --duration of {}{}", in_time_units(ns),
                              short_of_requests ? " and --requests=2, or more" : " or more");
}

/// Returns why the client itself distorts the figures; empty: it does not.
std::string standstill(const Result& result) {
  const Recorder& recorder = result.recorder;
  const auto in_units = [](Duration duration) {
    return in_time_units(static_cast<double>(duration.count()));
  };
  if (recorder.longest_standstill >= kMostOwnLateness) {
    return fmt::format(
        "the client itself did not run for {} or longer (stopped, or without a core), so these "
        "figures and errors may be its own",
        in_units(recorder.longest_standstill));
  }
  if (result.config.rate && recorder.lateness.max() >= kMostOwnLateness) {
    return fmt::format("the client itself sent a request {} late, so these figures are its own",
                       in_units(recorder.lateness.max()));
  }
  return {};
}

}  // namespace

bool too_few_for_rate(const LoadConfig& config) {
  return config.rate && scheduled_requests(config) < kLeastScheduled;
}

std::optional<double> Result::requests_per_second() const {
  if (recorder.requests == 0 || took <= Duration::zero() || too_few_for_rate(config)) return std::nullopt;
  return static_cast<double>(recorder.requests) / seconds();
}

std::vector<std::string> Result::invalid_reasons() const {
  std::vector<std::string> reasons;
  if (!cut_short.empty()) reasons.push_back(cut_short);
  const std::string own = standstill(*this);
  // In a closed loop a stall distorts one sample, which is visible; in an open loop it delays all requests
  // that were due meanwhile.
  if (!own.empty() && (config.rate || recorder.total_failures() > 0)) reasons.push_back(own);
  if (too_few_for_rate(config)) reasons.push_back(why_no_rate(config));
  for (std::size_t i = 0; i < kFailures; ++i) {
    if (recorder.failures[i] == 0) continue;
    reasons.push_back(in_words(static_cast<Failure>(i), recorder.failures[i], recorder.first_reason[i]));
  }
  if (recorder.requests == 0) reasons.emplace_back("nothing was measured: no request got a good answer");
  if (unsent > 0) {
    reasons.push_back(fmt::format(
        "{} never sent", counted(unsent, "request of the schedule was", "requests of the schedule were")));
  }
  const auto achieved = requests_per_second();
  if (config.rate && achieved && *achieved < kLeastShareOfRate * *config.rate) {
    reasons.push_back(fmt::format("{} requests/s were achieved, {} offered: {}", rate_in_words(*achieved),
                                  rate_in_words(*config.rate), cause(*this)));
  }
  if (idle_lost > 0) {
    reasons.push_back(
        fmt::format("the server closed {}", counted(idle_lost, "silent client", "silent clients")));
  }
  if (recorder.response.clamped() > 0) {
    reasons.push_back(fmt::format("{} longer than an hour",
                                  counted(recorder.response.clamped(), "response was", "responses were")));
  }
  return reasons;
}

std::vector<std::string> Result::notes() const {
  std::vector<std::string> notes;
  const std::string own = standstill(*this);
  if (!own.empty() && !config.rate && recorder.total_failures() == 0) notes.push_back(own);
  if (recorder.resent > 0) {
    notes.push_back(
        fmt::format("{} sent again because the answer before closed the connection; the response time counts "
                    "from the first time",
                    counted(recorder.resent, "request was", "requests were")));
  }
  if (client_cpu_share >= kMostClientCpu) {
    notes.push_back(
        fmt::format("client-bound: the client used {:.0f} % of its core, so these figures are its own "
                    "as much as the server's",
                    *client_cpu_share * 100));
  }
  if (config.rate && recorder.held_up > 0) {
    notes.push_back(fmt::format("{} due while no connection was free; their response time includes the wait",
                                counted(recorder.held_up, "request was", "requests were")));
  }
  return notes;
}

}  // namespace majuscule
