// SPDX-License-Identifier: MIT
#include "measure/result.hpp"

#include <fmt/core.h>

#include "measure/figures.hpp"

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
      return said("request lost its connection or got nonsense",
                  "requests lost their connection or got nonsense");
    case Failure::kWrite: return said("request could not be sent", "requests could not be sent");
    case Failure::kTimeout:
      return said("request was not answered in time", "requests were not answered in time");
    case Failure::kStatus: return said("answer with a wrong status", "answers with a wrong status");
    case Failure::kBody: return said("answer with a wrong body", "answers with a wrong body");
  }
  return {};
}

/// Why a rate was not achieved.
std::string cause(const Result& result) {
  const Record& record = result.record;
  if (2 * record.held_up > record.requests) {
    return fmt::format(
        "all {} were busy when requests were due, so the server was slower, or more --connections are needed",
        counted(result.plan.connections * result.plan.pipeline, "place", "places"));
  }
  return "the client could not send them in time";
}

}  // namespace

double Result::requests_per_second() const {
  return took > Duration::zero() ? static_cast<double>(record.requests) / seconds() : 0.0;
}

std::vector<std::string> Result::invalid_reasons() const {
  std::vector<std::string> reasons;
  if (!cut_short.empty()) reasons.push_back(cut_short);
  for (std::size_t i = 0; i < kFailures; ++i) {
    if (record.failures[i] == 0) continue;
    reasons.push_back(in_words(static_cast<Failure>(i), record.failures[i], record.first_reason[i]));
  }
  if (record.requests == 0) reasons.emplace_back("nothing was measured: no request has a good answer");
  if (unsent > 0) {
    reasons.push_back(fmt::format(
        "{} never sent", counted(unsent, "request of the schedule was", "requests of the schedule were")));
  }
  if (plan.rate && record.requests > 0 && requests_per_second() < kLeastShareOfRate * *plan.rate) {
    reasons.push_back(fmt::format("{:.1f} requests/s were achieved, {:.1f} offered: {}",
                                  requests_per_second(), *plan.rate, cause(*this)));
  }
  if (idle_lost > 0) {
    reasons.push_back(
        fmt::format("the server let go of {}", counted(idle_lost, "silent client", "silent clients")));
  }
  if (record.response.clamped() > 0) {
    reasons.push_back(fmt::format("{} longer than an hour",
                                  counted(record.response.clamped(), "response was", "responses were")));
  }
  return reasons;
}

std::vector<std::string> Result::notes() const {
  std::vector<std::string> notes;
  if (client_cpu_share >= kMostClientCpu) {
    notes.push_back(
        fmt::format("client-bound: the client used {:.0f} % of its core, so these figures are its own "
                    "as much as the server's",
                    *client_cpu_share * 100));
  }
  if (plan.rate && record.held_up > 0) {
    notes.push_back(
        fmt::format("{} due while no connection was free; they waited, and their response time says so",
                    counted(record.held_up, "request was", "requests were")));
  }
  return notes;
}

}  // namespace majuscule
