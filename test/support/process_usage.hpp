// SPDX-License-Identifier: MIT
// What a process uses at this moment, from /proc/PID. Each function throws std::runtime_error when the
// process is gone, unless it says otherwise.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace majuscule::test {

[[nodiscard]] std::int64_t descriptors_of(pid_t pid);

/// Returns the number of threads of the process and its descendants.
[[nodiscard]] std::int64_t threads_of(pid_t pid);

/// Returns the resident heaps and stacks of the process and its descendants in bytes. Shared pages count once
/// (Pss_Anon).
[[nodiscard]] std::int64_t anonymous_memory_of(pid_t pid);

/// Returns the resident memory of the process and its descendants in bytes (Pss).
[[nodiscard]] std::int64_t memory_of(pid_t pid);

/// Returns the soft limit of its descriptors.
[[nodiscard]] std::uint64_t descriptor_limit_of(pid_t pid);

/// Returns the ports of its listening IPv4 TCP sockets. None when it is gone.
[[nodiscard]] std::vector<std::uint16_t> listening_ports_of(pid_t pid);

/// Returns the children that its main thread has forked and not reaped; none when it is gone.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

/// The same without the process that writes the access log.
[[nodiscard]] std::vector<pid_t> serving_children_of(pid_t pid);

/// Returns its process name; empty when it is gone.
[[nodiscard]] std::string name_of(pid_t pid);

/// Returns its state as in ps(1): R, S, T, Z...
[[nodiscard]] char state_of(pid_t pid);

/// Returns false when it is gone or a zombie.
[[nodiscard]] bool is_alive(pid_t pid);

/// Returns the user and system time of all threads since the start, in steps of 10 ms.
[[nodiscard]] std::chrono::milliseconds cpu_time_of(pid_t pid);

}  // namespace majuscule::test
