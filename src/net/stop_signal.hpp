// SPDX-License-Identifier: MIT
// SIGTERM and SIGINT as a descriptor that any way of waiting can watch. The first asks for a drain; the
// second ends the process at once. A model that cannot notice, since its only thread is stuck in a task, is
// ended by a timer shortly after the drain timeout: the promise holds in every mode.
//
// A forked process leaves the decisions to its parent, whom alone it hears, and by a signal that nobody else
// sends: a terminal and systemd tell all processes at once to stop, which must count once. It only drains; to
// end it at once, its parent kills it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>

#include "majuscule/instant.hpp"
#include "net/unique_fd.hpp"

namespace majuscule {

class StopSignal {
 public:
  /// How long after the drain timeout the timer strikes.
  static constexpr Duration kPatience = std::chrono::milliseconds(300);
  /// How often interrupt_waits() interrupts.
  static constexpr Duration kBeat = std::chrono::milliseconds(20);
  /// The exit code of a process that a second signal ends.
  static constexpr int kForcedExitCode = 1;

  /// What a parent stops its children by.
  static constexpr int kFromParent = SIGUSR2;

  /// Takes over SIGTERM and SIGINT; ignores SIGPIPE, and SIGUSR1 unless a LogFile takes it over later. One at
  /// a time in a process. `parent` is 0 unless this process is to hear that one only. Throws
  /// std::system_error.
  explicit StopSignal(Duration drain_timeout, pid_t parent = 0);
  /// Gives the signals back to their defaults.
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// From the first signal on, ends whatever call the main thread blocks in (with EINTR), again and again:
  /// for a mode whose only thread waits for one client, and sees to the drain between two waits.
  void interrupt_waits() const;

  /// Readable from the first signal on, for ever: nobody reads it empty.
  int fd() const { return reader_.get(); }
  /// Thread-safe.
  bool requested() const { return requested_.load(); }
  /// Does what the first signal does.
  void request();

 private:
  UniqueFd reader_;  // of a pipe, which can be watched in every way there is; an eventfd cannot by O_ASYNC
  UniqueFd writer_;
  std::atomic<bool> requested_ = false;
};

}  // namespace majuscule
