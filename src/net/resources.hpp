// SPDX-License-Identifier: MIT
// What the operating system lets this process have, and what it has used.
#pragma once

#include "majuscule/serve.hpp"
#include "net/unique_fd.hpp"

namespace majuscule {

/// What the process that makes it has used. Holds a descriptor, so that it also tells when there are no more.
class ResourceMeter {
 public:
  ResourceMeter();
  /// getrusage(2) for time and context switches, ended threads included; /proc/self/status for memory and
  /// threads (ru_maxrss would begin with what the parent held before exec). Thread-safe.
  Resources read() const;

 private:
  UniqueFd status_;
};

/// Raises the soft descriptor limit to the hard one and returns it (setrlimit(2)).
std::size_t raise_descriptor_limit();

/// Makes the descriptor table large enough for that many at once. Growing it later would hold up a process
/// that has threads for a grace period of the kernel each time (expand_fdtable() waits for all readers).
void reserve_descriptors(std::size_t count);

}  // namespace majuscule
