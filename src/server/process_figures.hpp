// SPDX-License-Identifier: MIT
// What the kernel tells of a process: getrusage(2) of this one, proc(5) of others.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstdint>

#include "base/unique_fd.hpp"

namespace majuscule {

/// Times in microseconds, and context switches.
enum Figure : std::uint8_t { kUser, kSystem, kVoluntary, kInvoluntary, kFigures };
using Figures = std::array<std::uint64_t, kFigures>;

/// As wait4(2) and getrusage(2) say them.
Figures figures_of(const rusage& usage);
/// Of this process, with all its threads.
Figures own_figures();

struct ProcessStatus {
  std::uint64_t peak_rss = 0;  ///< in bytes
  std::uint64_t threads = 0;
  std::uint64_t voluntary_switches = 0;  ///< of the main thread
  std::uint64_t involuntary_switches = 0;
};

/// /proc/self/status, for read_status(): it can be read when there are no more descriptors.
UniqueFd open_own_status();
/// What it says. All zero when it cannot be read.
ProcessStatus read_status(const UniqueFd& file);
/// The same of another process; all zero when it has ended, or no descriptor is left to ask with.
ProcessStatus status_of(pid_t pid);

/// CPU time of another process in steps of 10 ms, zero when it has ended. For one with a single thread it is
/// exact: what is less than a step counts as the system's.
void read_cpu_times(pid_t pid, bool is_single_threaded, Figures& figures);

}  // namespace majuscule
