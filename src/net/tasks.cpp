// SPDX-License-Identifier: MIT
#include "net/tasks.hpp"

#include <time.h>

#include <cerrno>

#include "net/clock.hpp"

namespace majuscule {

void block_thread(Duration duration) {
  const auto until = (monotonic_now() + duration).time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(until);
  const timespec at{seconds.count(), (until - seconds).count()};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
  }
}

void burn_cpu(Duration duration) {
  const auto used = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
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
