// SPDX-License-Identifier: MIT
// Limits a log message to one per second.
#pragma once

#include <atomic>

#include "base/shared_array.hpp"
#include "majuscule/instant.hpp"

namespace majuscule {

/// Not thread-safe.
class LogThrottle {
 public:
  /// Returns true at most once a second.
  bool admit(Time now) {
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(1);
    return true;
  }

 private:
  Time next_{};
};

/// Allows one message a second from all threads and all processes forked afterwards. Thread-safe.
class SharedLogThrottle {
 public:
  /// Returns true at most once a second.
  bool admit(Time now) {
    const auto time = now.time_since_epoch().count();
    auto next = next_[0].load();
    constexpr Duration kPause = std::chrono::seconds(1);
    return time >= next && next_[0].compare_exchange_strong(next, time + kPause.count());
  }

 private:
  const SharedArray<std::atomic<Duration::rep>> next_{1};
};

}  // namespace majuscule
