// SPDX-License-Identifier: MIT
// What the kernel reports about a process: getrusage(2) for this one, proc(5) for others.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <cstdint>

#include "base/unique_fd.hpp"

namespace majuscule {

/// CPU times in microseconds, and context switches.
enum Figure : std::uint8_t { kUser, kSystem, kVoluntary, kInvoluntary, kFigures };
using Figures = std::array<std::uint64_t, kFigures>;

/// Converts the result of wait4(2) or getrusage(2).
Figures figures_of(const rusage& usage);
/// Returns the figures of this process, with all its threads.
Figures own_figures();

struct ProcessStatus {
  std::uint64_t peak_rss = 0;  ///< in bytes
  std::uint64_t threads = 0;
  std::uint64_t voluntary_switches = 0;  ///< of the main thread only
  std::uint64_t involuntary_switches = 0;
};

/// Opens /proc/self/status for read_status(), so that it can be read when no descriptor is free.
UniqueFd open_own_status();
/// Returns the contents of that file. All zero when it cannot be read.
ProcessStatus read_status(const UniqueFd& file);
/// Returns the same for another process; all zero when it has ended or no descriptor is free.
ProcessStatus status_of(pid_t pid);

/// Reads the CPU time of another process in steps of 10 ms; zero when it has ended. With a single thread it
/// is exact, and the remainder below a step counts as system time.
void read_cpu_times(pid_t pid, bool is_single_threaded, Figures& figures);

}  // namespace majuscule
