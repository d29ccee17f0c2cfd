// SPDX-License-Identifier: MIT
// How many descriptors the operating system lets this process have.
#pragma once

#include <cstddef>

namespace majuscule {

/// Those that are not clients: standard streams, listeners, loop, log, and the refused ones being held.
inline constexpr std::size_t kReservedDescriptors = 128;

/// Raises the soft descriptor limit to the hard one and returns it (setrlimit(2)).
std::size_t raise_descriptor_limit();

/// Makes the descriptor table large enough for that many at once. Growing it later would hold up a process
/// that has threads for a grace period of the kernel each time (expand_fdtable() waits for all readers).
void reserve_descriptors(std::size_t count);

}  // namespace majuscule
