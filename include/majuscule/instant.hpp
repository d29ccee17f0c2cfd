// SPDX-License-Identifier: MIT
// Time as a value: the core never reads a clock, whoever drives it passes the moment in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace majuscule {

using Duration = std::chrono::nanoseconds;

/// The monotonic time line (CLOCK_MONOTONIC). It deliberately has no now(): see monotonic_now().
struct MonotonicClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};

using Time = MonotonicClock::time_point;

/// A deadline that never comes.
inline constexpr Time kNever = Time::max();

/// The circumstances of one step of a conversation.
struct Instant {
  Time time;                      ///< monotonic, for deadlines
  std::int64_t unix_seconds = 0;  ///< wall clock, for the access log
  std::string_view date;          ///< the wall clock as an IMF-fixdate (RFC 9110, 5.6.7); valid for the call
  bool draining = false;          ///< the server stops: answers close their connection
};

}  // namespace majuscule
