// SPDX-License-Identifier: MIT
// What a process uses at this moment, as the kernel counts it in /proc/PID. Each throws std::runtime_error
// when the process is gone, unless it says otherwise.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace majuscule::test {

[[nodiscard]] std::int64_t descriptors_of(pid_t pid);

/// Its threads, and those of the processes below it.
[[nodiscard]] std::int64_t threads_of(pid_t pid);

/// Its heaps and stacks that are really there, and those of the processes below it, in bytes. What several of
/// them share counts once (Pss_Anon).
[[nodiscard]] std::int64_t anonymous_memory_of(pid_t pid);

/// All its memory that is really there, and that of the processes below it, in bytes (Pss).
[[nodiscard]] std::int64_t memory_of(pid_t pid);

/// The soft limit of its descriptors.
[[nodiscard]] std::uint64_t descriptor_limit_of(pid_t pid);

/// Those on which a TCP socket of its own listens, in IPv4. None when it is gone.
[[nodiscard]] std::vector<std::uint16_t> listening_ports_of(pid_t pid);

/// Those that its main thread has forked and not reaped; none when it is gone.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

/// The same without the process that writes the access log.
[[nodiscard]] std::vector<pid_t> serving_children_of(pid_t pid);

/// The name that it gave itself; empty when it is gone.
[[nodiscard]] std::string name_of(pid_t pid);

/// As in ps(1): R, S, T, Z...
[[nodiscard]] char state_of(pid_t pid);

/// False when it is gone, and when it is a zombie.
[[nodiscard]] bool is_alive(pid_t pid);

/// User and system time of all threads since the start, in steps of 10 ms.
[[nodiscard]] std::chrono::milliseconds cpu_time_of(pid_t pid);

}  // namespace majuscule::test
