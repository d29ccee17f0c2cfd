// SPDX-License-Identifier: MIT
// How many CPUs a process may use: its affinity (sched_setaffinity(2)) and the quota of its control groups
// (cgroups(7)), which the affinity does not show.
#pragma once

#include <optional>
#include <string>

namespace majuscule {

/// The smallest quota of the control groups that this process is in and of those above them, in CPUs: 1.5 is
/// 150 ms in each 100 ms. None: there is no quota. Reads cpu.max (version 2), cpu.cfs_quota_us and
/// cpu.cfs_period_us (version 1). `root` stands before /proc and each mount point, for tests.
std::optional<double> cpu_quota(const std::string& root = {});

/// The CPUs of its affinity, or the quota rounded up if that is less; at least 1.
unsigned usable_cpus();

}  // namespace majuscule
