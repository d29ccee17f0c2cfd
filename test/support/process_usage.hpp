// SPDX-License-Identifier: MIT
// What a process uses at this moment, as the kernel counts it in /proc/PID. Each throws std::runtime_error
// when the process is gone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace majuscule::test {

[[nodiscard]] std::int64_t descriptors_of(pid_t pid);

[[nodiscard]] std::int64_t threads_of(pid_t pid);

/// Heaps and stacks that are really there (RssAnon), in bytes.
[[nodiscard]] std::int64_t anonymous_memory_of(pid_t pid);

/// User and system time of all threads since the start, in steps of 10 ms.
[[nodiscard]] std::chrono::milliseconds cpu_time_of(pid_t pid);

}  // namespace majuscule::test
