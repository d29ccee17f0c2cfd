// SPDX-License-Identifier: MIT
// The time, the date and the drain state that drivers pass to connections. One for each loop or thread: it
// caches the text of the date. Not thread-safe.
#pragma once

#include <array>

#include "base/monotonic.hpp"
#include "majuscule/instant.hpp"
#include "server/stop_signal.hpp"

namespace majuscule {

class Clock {
 public:
  explicit Clock(const StopSignal& stop) : stop_(stop) {}
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  /// Returns the current time. Its date is valid until the next call.
  Instant now();

 private:
  const StopSignal& stop_;
  std::int64_t date_second_ = -1;
  std::array<char, 29> date_{};
};

}  // namespace majuscule
