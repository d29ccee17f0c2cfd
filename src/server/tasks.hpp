// SPDX-License-Identifier: MIT
// Tasks that occupy the thread that does them, in every mode.
#pragma once

#include "majuscule/task.hpp"

namespace majuscule {

/// Blocks the calling thread for the whole duration, signals or not (clock_nanosleep(2)).
void block_thread(Duration duration);

/// Uses up that much CPU time of the calling thread (CLOCK_THREAD_CPUTIME_ID).
void burn_cpu(Duration duration);

/// block_thread or burn_cpu, as a kBlock or kCpu task says; nothing for the other kinds.
void occupy_thread(const Task& task);

}  // namespace majuscule
