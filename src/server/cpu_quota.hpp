// SPDX-License-Identifier: MIT
// How many CPUs a process may use: its affinity (sched_setaffinity(2)), and the quota of its control groups
// (cgroups(7)), which the affinity does not include.
#pragma once

#include <optional>
#include <string>

namespace majuscule {

/// Returns the smallest quota of this process's control groups and their ancestors, in CPUs: 1.5 is 150 ms in
/// each 100 ms. Returns nothing when there is no quota. Reads cpu.max (version 2), cpu.cfs_quota_us and
/// cpu.cfs_period_us (version 1). `root` is a prefix of /proc and of each mount point, for tests.
std::optional<double> cpu_quota(const std::string& root = {});

/// Returns the number of CPUs of its affinity, or the quota rounded up if that is less; at least 1.
unsigned usable_cpus();

}  // namespace majuscule
