// SPDX-License-Identifier: MIT
// Durations as the kernel writes them (timespec(3type), timeval(3type)), and back.
#pragma once

#include <sys/time.h>
#include <time.h>

#include <cassert>

#include "majuscule/instant.hpp"

namespace majuscule {

/// `duration` must not be negative. A Time is passed by time_since_epoch().
inline timespec to_timespec(Duration duration) {
  assert(duration >= Duration::zero());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

inline Duration to_duration(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

/// Rounds up to microseconds. `duration` must not be negative.
inline timeval to_timeval(Duration duration) {
  assert(duration >= Duration::zero());
  const auto micros = std::chrono::ceil<std::chrono::microseconds>(duration).count();
  return {micros / 1'000'000, micros % 1'000'000};
}

inline Duration to_duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace majuscule
