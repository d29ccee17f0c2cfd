// SPDX-License-Identifier: MIT
// The client's part in virtual time: the moments come from a Supply, go to a Record, and between the two is a
// server of which everything is known.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "measure/record.hpp"
#include "measure/result.hpp"
#include "measure/supply.hpp"

namespace majuscule::test {

/// When the answer comes to a request that is sent now. Called in the order of sending.
using KnownServer = std::function<Time(Time sent)>;

inline constexpr Time kSimulationStart{std::chrono::seconds(100)};

/// A whole run with one request in flight on each of the plan's connections.
inline Result simulate(const Plan& plan, const KnownServer& server) {
  struct Coming {
    Time at;
    Flight flight;
    bool operator>(const Coming& other) const { return at > other.at; }
  };
  std::priority_queue<Coming, std::vector<Coming>, std::greater<>> coming;
  Supply supply(plan, kSimulationStart);
  Result result;
  result.plan = plan;
  Time now = kSimulationStart;
  while (now != kNever) {
    while (coming.size() < plan.connections) {
      const auto intended = supply.take(now);
      if (!intended) break;
      if (*intended < now) ++result.record.held_up;
      coming.push({server(now), {*intended, now, supply.measured(*intended)}});
    }
    const bool waits = plan.rate && coming.size() < plan.connections;
    now = std::min(coming.empty() ? kNever : coming.top().at, waits ? supply.next() : kNever);
    while (!coming.empty() && coming.top().at == now) {
      result.record.answered(coming.top().flight, now, now);
      coming.pop();
    }
  }
  const Time last = result.record.last_answer;
  const Time end = supply.until() == kNever ? last : std::max(last, supply.until());
  result.took = end - supply.measured_from();
  return result;
}

}  // namespace majuscule::test
