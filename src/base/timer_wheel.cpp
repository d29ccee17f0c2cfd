// SPDX-License-Identifier: MIT
// Level L has 64 slots of 64^L ticks. The level of a timer is that of the highest bit in which its tick
// differs from the current one. When the wheel reaches a slot above level 0, its timers move down to the
// levels where they now belong.
#include "base/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace majuscule {

std::uint64_t TimerWheel::tick_before(Time time) const {
  return time <= start_ ? 0 : static_cast<std::uint64_t>((time - start_) / kTick);
}

std::uint64_t TimerWheel::tick_after(Time time) const {
  if (time <= start_) return 0;
  return static_cast<std::uint64_t>((time - start_ + kTick - Duration(1)) / kTick);
}

unsigned TimerWheel::level_of(std::uint64_t tick) const {
  const std::uint64_t different = (tick ^ current_) | (kSlots - 1);
  return std::min((static_cast<unsigned>(std::bit_width(different)) - 1) / kBits, kLevels - 1);
}

void TimerWheel::set(Timer& timer, Time due) {
  timer.due_ = due;
  if (due == kNever) return;
  const std::uint64_t tick = std::max(tick_after(due), current_);
  if (timer.linked()) {
    if (timer.tick_ <= tick) return;  // found to be early when its slot comes up
    unlink(timer);
  }
  link(timer, tick);
}

void TimerWheel::drop(Timer& timer) {
  timer.due_ = kNever;
  if (timer.linked()) unlink(timer);
}

void TimerWheel::link(Timer& timer, std::uint64_t tick) {
  assert(!timer.linked() && tick >= current_);
  timer.tick_ = tick;
  const unsigned level = level_of(tick);
  const unsigned index = static_cast<unsigned>(tick >> (level * kBits)) % kSlots;
  slots_[level][index].push_back(timer);
  occupied_[level] |= std::uint64_t{1} << index;
}

void TimerWheel::unlink(Timer& timer) {
  const unsigned level = level_of(timer.tick_);
  const unsigned index = static_cast<unsigned>(timer.tick_ >> (level * kBits)) % kSlots;
  assert((occupied_[level] >> index & 1) != 0);
  Slot& slot = slots_[level][index];
  slot.remove(timer);
  if (slot.empty()) occupied_[level] &= ~(std::uint64_t{1} << index);
}

bool TimerWheel::first_slot(unsigned& level, unsigned& slot, std::uint64_t& tick) const {
  for (level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const unsigned shift = level * kBits;
    const unsigned now = static_cast<unsigned>(current_ >> shift) % kSlots;
    // No occupied slot of a level lies behind the current one: such a tick would differ in a higher bit.
    const std::uint64_t ahead = occupied_[level] & (~std::uint64_t{0} << now);
    assert(ahead == occupied_[level]);
    slot = static_cast<unsigned>(std::countr_zero(ahead));
    tick = std::max(((current_ >> shift >> kBits << kBits) + slot) << shift, current_);
    return true;
  }
  return false;
}

Time TimerWheel::next() const {
  unsigned level = 0;
  unsigned slot = 0;
  std::uint64_t tick = 0;
  if (!first_slot(level, slot, tick)) return kNever;
  return start_ + static_cast<Duration::rep>(tick) * kTick;
}

TimerWheel::Timer* TimerWheel::take_expired(std::uint64_t until) {
  unsigned level = 0;
  unsigned index = 0;
  std::uint64_t tick = 0;
  while (first_slot(level, index, tick) && tick <= until) {
    current_ = tick;
    Slot& slot = slots_[level][index];
    assert(!slot.empty());
    if (level == 0) {
      Timer& first = slot.pop_front();
      if (slot.empty()) occupied_[0] &= ~(std::uint64_t{1} << index);
      return &first;
    }
    // The wheel has reached the slot: each of its timers moves down to the level where it now belongs.
    occupied_[level] &= ~(std::uint64_t{1} << index);
    while (!slot.empty()) {
      Timer& timer = slot.pop_front();
      link(timer, timer.tick_);
    }
  }
  current_ = std::max(current_, until);
  return nullptr;
}

}  // namespace majuscule
