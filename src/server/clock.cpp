// SPDX-License-Identifier: MIT
#include "server/clock.hpp"

#include <time.h>

#include "base/system_calls.hpp"
#include "http/http_date.hpp"

namespace majuscule {

Instant Clock::now() {
  timespec wall{};
  sys::clock_gettime(CLOCK_REALTIME_COARSE, &wall);
  if (wall.tv_sec != date_second_) {
    date_second_ = wall.tv_sec;
    date_ = http_date(wall.tv_sec);
  }
  return {monotonic_now(), wall.tv_sec, {date_.data(), date_.size()}, stop_.requested()};
}

}  // namespace majuscule
