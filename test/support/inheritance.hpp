// SPDX-License-Identifier: MIT
// What a program finds when it starts and has not chosen: descriptors, signals, a limit of file sizes, its
// place among the processes. Everything is put in order between fork and exec, by async-signal-safe calls.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace majuscule::test {

struct Inheritance {
  // Instead of /dev/null and of the files that Process reads. Borrowed.
  std::optional<int> input = std::nullopt;
  std::optional<int> output = std::nullopt;
  std::optional<int> error = std::nullopt;
  std::vector<int> closed = {};                    // of the descriptors 0, 1 and 2
  std::vector<int> blocked = {};                   // signals
  std::vector<int> ignored = {};                   // signals
  std::optional<rlim_t> file_size = std::nullopt;  // RLIMIT_FSIZE in bytes
  bool leads_a_group = false;                      // of processes, whose number is its own
  bool is_first = false;                           // in a namespace of processes, as in a container
  std::string resolver_file = "";                  // stands in the place of /etc/resolv.conf; needs root
};

/// As fork(2), or the same into a namespace of processes: -1 with EPERM where that is not permitted.
[[nodiscard]] pid_t fork_into(const Inheritance& inheritance);

/// Applies it to the calling child, which ends with exit code 127 where something is not permitted.
void apply(const Inheritance& inheritance);

/// Why no process can be the first of a namespace here; empty when one can.
[[nodiscard]] std::string reason_against_first_process();

}  // namespace majuscule::test
