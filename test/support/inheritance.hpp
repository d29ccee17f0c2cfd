// SPDX-License-Identifier: MIT
// What a program inherits at its start: descriptors, signals, a file-size limit, its process group or
// namespace. All of it is set between fork and exec, by async-signal-safe calls.
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
  bool leads_a_group = false;                      // of processes, with its own id
  bool is_first = false;                           // in a PID namespace, as in a container
  std::string resolver_file = "";                  // mounted over /etc/resolv.conf; needs root
};

/// Calls fork(2), or forks into a PID namespace: -1 with EPERM where that is not permitted.
[[nodiscard]] pid_t fork_into(const Inheritance& inheritance);

/// Applies it to the calling child. Exits with 127 where something is not permitted.
void apply(const Inheritance& inheritance);

/// Returns why no process can be the first of a namespace here; empty when one can.
[[nodiscard]] std::string reason_against_first_process();

}  // namespace majuscule::test
