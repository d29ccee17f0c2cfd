// SPDX-License-Identifier: MIT
// The limit of open descriptors, and the descriptor table.
#pragma once

#include <cstddef>
#include <vector>

namespace majuscule {

/// Descriptors that are not clients: standard streams, listeners, loop, log, and refused connections not
/// closed yet.
inline constexpr std::size_t kReservedDescriptors = 128;

/// A higher limit counts as this one: some container runtimes set 2^30, which means "unlimited". It is also
/// the kernel's default bound (fs.nr_open).
inline constexpr std::size_t kMostDescriptors = 1024 * 1024;
/// The size of the table that is allocated at the start: half a megabyte of kernel memory.
inline constexpr std::size_t kMostReserved = 64 * 1024;

/// Raises the soft descriptor limit to the hard one and returns it, at most kMostDescriptors (setrlimit(2)).
std::size_t raise_descriptor_limit();

/// Makes the descriptor table large enough for `count` descriptors, at most kMostReserved. If it grew later,
/// a process with threads would wait for an RCU grace period each time (expand_fdtable()).
void reserve_descriptors(std::size_t count);

/// Closes every descriptor except `kept` and 0 to 2. For a forked process.
void close_all_but(std::vector<int> kept);

}  // namespace majuscule
