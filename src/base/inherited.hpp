// SPDX-License-Identifier: MIT
// What a process inherits from its parent, put in order: descriptors 0 to 2, the signal mask, and signals
// that are ignored or would end it. The programs call it first; a program that embeds the server keeps its
// own.
#pragma once

#include <signal.h>

#include <array>

namespace majuscule {

/// Opens /dev/null for those of the descriptors 0 to 2 that are closed: otherwise the next socket takes the
/// number, and a log line is written into it.
void open_missing_standard_descriptors();

/// Makes signals count from here on. Unblocks all. SIGTERM, SIGINT and SIGHUP end the process with exit code
/// 0 until something else handles them; process 1 of a container would not get them at all without a handler.
/// SIGHUP stays ignored if it is, as nohup(1) asks for. SIGPIPE, SIGXFSZ, SIGTTOU and SIGUSR1 are ignored.
/// SIGCHLD is ignored until something else handles it, so that the kernel reaps children from before exec(3),
/// and the orphans that process 1 adopts; those that have ended already are reaped here. Async-signal-safe.
void reset_signals();

/// Both of them. To be called first in main(), while there is one thread.
void prepare_process();

/// Whether SIGHUP is ignored, as under nohup(1).
bool ignores_hangup();

/// Whether this process may have children that it did not start: it has some now, from before exec(3), or it
/// adopts orphans, being process 1 or a subreaper (prctl(2)).
bool has_children_of_others();

/// Ignores, while it lives, SIGUSR1 and the signals by which a write fails, since the error is what counts:
/// SIGPIPE, the reader has gone; SIGXFSZ, past the file-size limit; SIGTTOU, a terminal of another job. Then
/// restores what they did before. Not thread-safe.
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
