// SPDX-License-Identifier: MIT
#include "measure/schedule.hpp"

#include <cassert>
#include <cmath>

namespace majuscule {

Schedule::Schedule(Arrivals arrivals, Time start, Duration length, std::uint64_t count, std::uint64_t seed)
    : arrivals_(arrivals),
      start_(start),
      length_(static_cast<double>(length.count())),
      count_(count),
      random_(seed),
      next_(count == 0 ? kNever : advance_to(0)) {}

void Schedule::pop() {
  assert(next_ != kNever && popped_ < count_);
  [[maybe_unused]] const Time before = next_;
  ++popped_;
  next_ = popped_ < count_ ? advance_to(popped_) : kNever;
  assert(next_ >= before);
}

/// Of n random arrivals in the remaining time, the first comes after a share of it that is distributed as the
/// minimum of n uniform numbers (Devroye, Non-Uniform Random Variate Generation, V.3).
Time Schedule::advance_to(std::uint64_t number) {
  if (arrivals_ == Arrivals::kFixed) {
    reached_ = length_ * static_cast<double>(number) / static_cast<double>(count_);
  } else {
    const double uniform = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
    reached_ -= (length_ - reached_) * std::expm1(std::log(uniform) / static_cast<double>(count_ - number));
  }
  return start_ + Duration(std::llround(reached_));
}

}  // namespace majuscule
