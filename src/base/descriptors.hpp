// SPDX-License-Identifier: MIT
// How many descriptors the operating system lets this process have.
#pragma once

#include <cstddef>
#include <vector>

namespace majuscule {

/// Those that are not clients: standard streams, listeners, loop, log, and the refused ones being held.
inline constexpr std::size_t kReservedDescriptors = 128;

/// More than this counts as this: a limit of 2^30, which some container runtimes set, says no more than that
/// nothing is limited. It is also the kernel's own default bound (fs.nr_open).
inline constexpr std::size_t kMostDescriptors = 1024 * 1024;
/// For so many a table is made at the start, half a megabyte of the kernel's memory.
inline constexpr std::size_t kMostReserved = 64 * 1024;

/// Raises the soft descriptor limit to the hard one and returns it, at most kMostDescriptors (setrlimit(2)).
std::size_t raise_descriptor_limit();

/// Makes the descriptor table large enough for that many at once, or for kMostReserved. Growing it later
/// would hold up a process that has threads for a grace period of the kernel each time (expand_fdtable()
/// waits for all readers).
void reserve_descriptors(std::size_t count);

/// In a forked process: closes every descriptor but these and 0 to 2.
void close_all_but(std::vector<int> kept);

}  // namespace majuscule
