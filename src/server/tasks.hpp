// SPDX-License-Identifier: MIT
// Tasks that occupy the calling thread, in every mode.
#pragma once

#include "majuscule/task.hpp"

namespace majuscule {

/// Blocks the calling thread for the whole duration, whatever signals come (clock_nanosleep(2)).
void block_thread(Duration duration);

/// Burns `duration` of CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID).
void burn_cpu(Duration duration);

/// Calls block_thread or burn_cpu for a kBlock or kCpu task; does nothing for other kinds.
void occupy_thread(const Task& task);

}  // namespace majuscule
