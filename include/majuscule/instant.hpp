// SPDX-License-Identifier: MIT
// Time as a value: the core never reads a clock; its caller passes the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace majuscule {

using Duration = std::chrono::nanoseconds;

/// The monotonic clock (CLOCK_MONOTONIC). It has no now() on purpose: see monotonic_now().
struct MonotonicClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};

using Time = MonotonicClock::time_point;

/// No deadline.
inline constexpr Time kNever = Time::max();

/// The time and state of the server at one step of a connection.
struct Instant {
  Time time;                      ///< monotonic, for deadlines
  std::int64_t unix_seconds = 0;  ///< wall clock, for the access log
  std::string_view date;  ///< the wall clock as an IMF-fixdate (RFC 9110, 5.6.7); valid during the call
  bool draining = false;  ///< the server is stopping: answers close their connection
};

}  // namespace majuscule
