// SPDX-License-Identifier: MIT
#include "prefork/restart_limit.hpp"

#include <algorithm>
#include <cassert>

namespace majuscule {

std::optional<Duration> RestartLimit::died(Duration age) {
  assert(age >= Duration::zero());
  if (age >= kSoon) {
    in_a_row_ = 0;
    return Duration::zero();
  }
  if (++in_a_row_ == kMostInARow) return std::nullopt;
  return std::min(kFirstPause * (1 << (in_a_row_ - 1)), kLongestPause);
}

}  // namespace majuscule
