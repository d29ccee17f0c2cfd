// SPDX-License-Identifier: MIT
#include "base/monotonic.hpp"

#include <time.h>

#include "base/system_calls.hpp"
#include "base/timespec.hpp"

namespace majuscule {

Time monotonic_now() {
  timespec now{};
  sys::clock_gettime(CLOCK_MONOTONIC, &now);
  return Time(to_duration(now));
}

}  // namespace majuscule
