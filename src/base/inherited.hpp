// SPDX-License-Identifier: MIT
// Puts in order what a process inherits from its parent: descriptors 0 to 2, the signal mask and the signal
// dispositions. The programs call it first. A program that embeds the server keeps its own settings.
#pragma once

#include <signal.h>

#include <array>

namespace majuscule {

/// Opens /dev/null for each closed descriptor of 0 to 2. Otherwise the next socket takes the number, and a
/// log line is written into it.
void open_missing_standard_descriptors();

/// Sets a known state of all signals. Unblocks all. SIGTERM, SIGINT and SIGHUP end the process with exit code
/// 0 until they get other handlers; without a handler, process 1 of a container would not receive them.
/// SIGHUP stays ignored if it is, as nohup(1) asks for. SIGPIPE, SIGXFSZ, SIGTTOU and SIGUSR1 are ignored.
/// SIGCHLD is ignored until it gets a handler, so that the kernel reaps children from before exec(3) and the
/// orphans of process 1. Those that have ended already are reaped here. Async-signal-safe.
void reset_signals();

/// Calls both functions above. To be called first in main(), while there is one thread.
void prepare_process();

/// Returns whether SIGHUP is ignored, as under nohup(1).
bool ignores_hangup();

/// Returns whether this process may have children that it did not start: from before exec(3), or orphans,
/// since it is process 1 or a subreaper (prctl(2)).
bool has_children_of_others();

/// Ignores SIGUSR1 and the signals of failed writes during its lifetime, then restores their dispositions.
/// The writer sees the error: SIGPIPE, the reader has gone; SIGXFSZ, past the file-size limit; SIGTTOU, a
/// terminal of another job. Not thread-safe.
class IgnoredSignals {
 public:
  IgnoredSignals();
  ~IgnoredSignals();
  IgnoredSignals(const IgnoredSignals&) = delete;
  IgnoredSignals& operator=(const IgnoredSignals&) = delete;

  static constexpr std::array kSignals = {SIGPIPE, SIGXFSZ, SIGTTOU, SIGUSR1};

 private:
  std::array<struct sigaction, kSignals.size()> before_;
};

}  // namespace majuscule
