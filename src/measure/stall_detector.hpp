// SPDX-License-Identifier: MIT
// Finds the moments in which the client itself stood still: stopped by a signal, or without a core to run on.
// A loop that wakes every kLookEvery tells when it woke; a gap for which it has used hardly any CPU time is a
// standstill, one in which it worked is none. Pure: time is a parameter. Not thread-safe.
#pragma once

#include <cassert>
#include <utility>

#include "majuscule/instant.hpp"

namespace majuscule {

/// The client could do nothing between the two.
struct Stall {
  Time from = Time::min();
  Time to = Time::min();

  Duration length() const { return to - from; }
  /// How much of it lies behind `time`.
  Duration since(Time time) const { return time >= to ? Duration::zero() : to - (time > from ? time : from); }
};

class StallDetector {
 public:
  /// At least so often the loop wakes, if it can.
  static constexpr Duration kLookEvery = std::chrono::milliseconds(100);
  /// Between two wake-ups: what is shorter is none.
  static constexpr Duration kLeastGap = std::chrono::milliseconds(250);

  /// `cpu`: the CPU time that the process has used until now.
  StallDetector(Time now, Duration cpu) : woke_(now), looked_(now), cpu_(cpu) {}

  /// Call at each wake-up; true: look() is to be called.
  bool woke(Time now) {
    assert(now >= woke_);
    before_ = std::exchange(woke_, now);
    return now - looked_ >= kLookEvery;
  }

  /// The standstill that ended with the last wake-up; its length is zero when there was none.
  Stall look(Duration cpu) {
    const Duration used = cpu - std::exchange(cpu_, cpu);
    looked_ = woke_;
    const Duration gap = woke_ - before_;
    if (gap < kLeastGap || 2 * used > gap) return {};
    return {before_ + kLookEvery, woke_};  // it may have slept so long on purpose
  }

 private:
  Time before_ = Time::min();
  Time woke_;
  Time looked_;
  Duration cpu_;
};

}  // namespace majuscule
