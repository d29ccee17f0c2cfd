// SPDX-License-Identifier: MIT
// Deadlines of any number of connections: a hierarchical timing wheel (Varghese and Lauck, 1987). Setting,
// moving and dropping a timer take constant time. Moving one to a later time is one store: the wheel finds
// the new time when the old one comes. Time is a parameter. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "base/intrusive_list.hpp"
#include "majuscule/instant.hpp"

namespace majuscule {

class TimerWheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(1);

  /// Embedded in the object that has the deadline. Must be dropped before it is destroyed.
  class Timer : private IntrusiveList<Timer>::Link {
   public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    Time due() const { return due_; }

   private:
    friend class TimerWheel;
    friend class IntrusiveList<Timer>;
    Time due_ = kNever;
    std::uint64_t tick_ = 0;  // its position in the wheel; never later than due_ says
  };

  explicit TimerWheel(Time start) : start_(start) {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Sets or moves the timer. With kNever the wheel removes it when its old time comes.
  void set(Timer& timer, Time due);
  void drop(Timer& timer);

  /// Returns when advance() should be called next: at most a tick after the first timer is due, sometimes
  /// before. kNever: no timer.
  Time next() const;

  /// Calls fire(timer) for each timer due by `now`; `fire` may set and drop any timer. None fires early.
  template <typename Fire>
  void advance(Time now, Fire&& fire) {
    const std::uint64_t until = tick_before(now);
    while (Timer* timer = take_expired(until)) {
      if (timer->due_ <= now) {
        fire(*timer);
      } else if (timer->due_ != kNever) {
        link(*timer, tick_after(timer->due_));
      }
    }
  }

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = 7;  // 2^42 ticks: a hundred years

  using Slot = IntrusiveList<Timer>;

  std::uint64_t tick_before(Time time) const;
  std::uint64_t tick_after(Time time) const;
  unsigned level_of(std::uint64_t tick) const;
  void link(Timer& timer, std::uint64_t tick);
  void unlink(Timer& timer);
  /// Finds the first occupied slot and the tick at which it begins.
  bool first_slot(unsigned& level, unsigned& slot, std::uint64_t& tick) const;
  /// Unlinks and returns a timer whose tick is not after `until`; null when there is none. Advances the
  /// wheel.
  Timer* take_expired(std::uint64_t until);

  Time start_;
  std::uint64_t current_ = 0;  // every earlier tick has been handled
  std::array<std::uint64_t, kLevels> occupied_{};
  std::array<std::array<Slot, kSlots>, kLevels> slots_{};
};

}  // namespace majuscule
