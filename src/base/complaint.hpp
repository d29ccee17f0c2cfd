// SPDX-License-Identifier: MIT
// What a server under fire would say again and again: one line a second is enough for a log.
#pragma once

#include <atomic>

#include "base/shared_array.hpp"
#include "majuscule/instant.hpp"

namespace majuscule {

/// Not thread-safe.
class Complaint {
 public:
  /// True when it is to be made now; then not again for a second.
  bool due(Time now) {
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(1);
    return true;
  }

 private:
  Time next_{};
};

/// The same for all threads, and for all processes that are forked afterwards.
class SharedComplaint {
 public:
  bool due(Time now) const {
    const auto time = now.time_since_epoch().count();
    auto next = next_[0].load();
    constexpr Duration kPause = std::chrono::seconds(1);
    return time >= next && next_[0].compare_exchange_strong(next, time + kPause.count());
  }

 private:
  const SharedArray<std::atomic<Duration::rep>> next_{1};
};

}  // namespace majuscule
