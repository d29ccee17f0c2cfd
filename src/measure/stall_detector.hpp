// SPDX-License-Identifier: MIT
// Detects when the client itself stood still: stopped by a signal, or without a core to run on. A loop that
// wakes every kLookEvery reports when it woke. A gap with almost no CPU time is a stall; a gap in which it
// worked is not. Pure: time is a parameter. Not thread-safe.
#pragma once

#include <cassert>
#include <utility>

#include "majuscule/instant.hpp"

namespace majuscule {

/// The client did not run between the two times.
struct Stall {
  Time from = Time::min();
  Time to = Time::min();

  Duration length() const { return to - from; }
  /// Returns the part of it after `time`.
  Duration since(Time time) const { return time >= to ? Duration::zero() : to - (time > from ? time : from); }
};

class StallDetector {
 public:
  /// The loop wakes at least this often, if it can.
  static constexpr Duration kLookEvery = std::chrono::milliseconds(100);
  /// A shorter gap between two wakeups is no stall.
  static constexpr Duration kLeastGap = std::chrono::milliseconds(250);

  /// `cpu` is the CPU time that the process has used so far.
  StallDetector(Time now, Duration cpu) : woke_(now), looked_(now), cpu_(cpu) {}

  /// To be called at each wakeup. Returns true when look() must be called.
  bool woke(Time now) {
    assert(now >= woke_);
    before_ = std::exchange(woke_, now);
    return now - looked_ >= kLookEvery;
  }

  /// Returns the stall that ended with the last wakeup; its length is zero when there was none.
  Stall look(Duration cpu) {
    const Duration used = cpu - std::exchange(cpu_, cpu);
    looked_ = woke_;
    const Duration gap = woke_ - before_;
    if (gap < kLeastGap || 2 * used > gap) return {};
    return {before_ + kLookEvery, woke_};  // it may have slept that long on purpose
  }

 private:
  Time before_ = Time::min();
  Time woke_;
  Time looked_;
  Duration cpu_;
};

}  // namespace majuscule
