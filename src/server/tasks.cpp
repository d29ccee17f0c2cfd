// SPDX-License-Identifier: MIT
#include "server/tasks.hpp"

#include <time.h>

#include <cassert>
#include <cerrno>

#include "base/monotonic.hpp"
#include "base/system_calls.hpp"
#include "base/timespec.hpp"

namespace majuscule {

void block_thread(Duration duration) {
  assert(duration >= Duration::zero());
  const timespec at = to_timespec((monotonic_now() + duration).time_since_epoch());
  while (sys::sleep_until(at) == EINTR) {
  }
}

void burn_cpu(Duration duration) {
  const auto used = [] {
    timespec now{};
    sys::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return to_duration(now);
  };
  const auto until = used() + duration;
  while (used() < until) {
  }
}

void occupy_thread(const Task& task) {
  if (task.kind == TaskKind::kBlock) block_thread(task.duration);
  if (task.kind == TaskKind::kCpu) burn_cpu(task.duration);
}

}  // namespace majuscule
