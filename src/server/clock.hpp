// SPDX-License-Identifier: MIT
// The moments that drivers give to connections: the time, the date, and whether the server drains. One for
// each loop or thread: it caches the text of the date. Not thread-safe.
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

  /// This moment. Its date is valid until the next call.
  Instant now();

 private:
  const StopSignal& stop_;
  std::int64_t date_second_ = -1;
  std::array<char, 29> date_{};
};

}  // namespace majuscule
