// SPDX-License-Identifier: MIT
#include "net/monotonic.hpp"

#include <time.h>

#include "net/timespec.hpp"

namespace majuscule {

Time monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return Time(to_duration(now));
}

}  // namespace majuscule
