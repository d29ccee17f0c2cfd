// SPDX-License-Identifier: MIT
// The client in virtual time: times come from a RequestSource and go to a Recorder, with a known server in
// between.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "measure/recorder.hpp"
#include "measure/request_source.hpp"
#include "measure/result.hpp"

namespace majuscule::test {

/// Returns when the answer comes to a request sent at `sent`. Called in the order of sending.
using KnownServer = std::function<Time(Time sent)>;

inline constexpr Time kSimulationStart{std::chrono::seconds(100)};

/// Simulates a whole run with one request in flight on each connection.
inline Result simulate(const LoadConfig& config, const KnownServer& server) {
  struct Coming {
    Time at;
    Flight flight;
    bool operator>(const Coming& other) const { return at > other.at; }
  };
  std::priority_queue<Coming, std::vector<Coming>, std::greater<>> coming;
  RequestSource source(config, kSimulationStart);
  Result result;
  result.config = config;
  Time now = kSimulationStart;
  while (now != kNever) {
    while (coming.size() < config.connections) {
      const auto intended = source.take(now);
      if (!intended) break;
      if (*intended < now) ++result.recorder.held_up;
      coming.push({server(now), {*intended, now, source.measured(*intended)}});
    }
    const bool waits = config.rate && coming.size() < config.connections;
    now = std::min(coming.empty() ? kNever : coming.top().at, waits ? source.next() : kNever);
    while (!coming.empty() && coming.top().at == now) {
      result.recorder.answered(coming.top().flight, now, now);
      coming.pop();
    }
  }
  const Time last = result.recorder.last_answer;
  const Time end = source.until() == kNever ? last : std::max(last, source.until());
  result.took = end - source.measured_from();
  return result;
}

}  // namespace majuscule::test
