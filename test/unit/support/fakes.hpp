// SPDX-License-Identifier: MIT
// Fakes for what a connection uses: counters without a guard, an access log in memory, a fixed clock.
#pragma once

#include <string>
#include <vector>

#include "http/connection.hpp"
#include "majuscule/counters.hpp"
#include "majuscule/instant.hpp"

namespace majuscule::test {

inline constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
inline constexpr std::int64_t kUnixSeconds = 784111777;

/// The time at which the connections of these tests begin.
inline constexpr Time kStart{std::chrono::hours(1)};

inline Instant instant(Time time = kStart, bool draining = false) {
  return {.time = time, .unix_seconds = kUnixSeconds, .date = kDate, .draining = draining};
}

class FakeCounters final : public Counters {
 public:
  void add(const CountersDelta& delta) override { counters.add(delta); }
  std::uint64_t next_sequence_number() override { return ++counters.sequence_numbers; }
  CounterValues read() const override { return counters; }

  std::uint64_t answers(std::uint16_t status) const { return counters.responses[status_index(status)]; }

  CounterValues counters;
};

class FakeAccessLog final : public AccessLog {
 public:
  void write(std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> lines;
};

}  // namespace majuscule::test
