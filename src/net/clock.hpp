// SPDX-License-Identifier: MIT
// The only place that reads clocks. One for each loop or thread: it caches the text of the date. Not
// thread-safe.
#pragma once

#include <array>

#include "majuscule/instant.hpp"
#include "net/stop_signal.hpp"

namespace majuscule {

/// CLOCK_MONOTONIC, now.
Time monotonic_now();

class Clock {
 public:
  explicit Clock(const StopSignal& stop) : stop_(stop) {}
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// This moment. Its date is valid until the next call.
  Instant now();

 private:
  const StopSignal& stop_;
  std::int64_t date_second_ = -1;
  std::array<char, 29> date_{};
};

}  // namespace majuscule
