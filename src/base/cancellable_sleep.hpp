// SPDX-License-Identifier: MIT
// The sleep of tasks on threads. One call ends all sleeps when the drain timeout has passed.
#pragma once

#include <array>

#include "base/event_flag.hpp"
#include "base/poll_until.hpp"

namespace majuscule {

/// Thread-safe.
class CancellableSleep {
 public:
  /// Blocks the calling thread. Returns false when cancel() ended it. May return early when a signal
  /// interrupts it.
  bool until(Time time) const {
    std::array<pollfd, 1> cancelled{{{cancelled_.fd(), POLLIN, 0}}};
    return poll_until(cancelled, time) == 0;
  }
  /// Ends all sleeps, and those that begin later.
  void cancel() const { cancelled_.raise(); }

 private:
  EventFlag cancelled_;
};

}  // namespace majuscule
