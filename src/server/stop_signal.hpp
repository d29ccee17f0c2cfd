// SPDX-License-Identifier: MIT
// SIGTERM, SIGINT and SIGHUP as a descriptor that any way of waiting can watch. The first asks for a drain;
// the second ends the process at once, unless it is the same one within a moment (timeout(1) signals a
// process and then its group) or SIGHUP (the terminal has gone). A model that cannot notice, since its only
// thread is stuck in a task, is ended by a timer shortly after the drain timeout: the promise holds in every
// mode.
//
// A forked process leaves the decisions to its parent, whom alone it hears, and by a signal that nobody else
// sends: a terminal and systemd tell all processes at once to stop, which must count once. It only drains; to
// end it at once, its parent kills it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <array>
#include <atomic>

#include "base/unique_fd.hpp"
#include "majuscule/instant.hpp"

namespace majuscule {

/// The signal that began a drain, to tell a second one from the same one again: timeout(1) signals a process
/// and then its group, and when a terminal goes away, or systemd is told to (SendSIGHUP=), SIGHUP comes on
/// top of any other. Async-signal-safe.
class FirstSignal {
 public:
  /// How long the same signal again counts as one.
  static constexpr Duration kMoment = std::chrono::milliseconds(250);

  void came(int number, Time now) {
    number_ = number;
    moment_end_ = now + kMoment;
  }
  bool is_repeated_by(int number, Time now) const {
    return number == SIGHUP || (number == number_ && now < moment_end_.load());
  }

 private:
  std::atomic<int> number_ = 0;
  std::atomic<Time> moment_end_{Time{}};
};

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

  /// Takes over SIGTERM, SIGINT, SIGALRM, and SIGHUP unless it is ignored (nohup(1)); One at a time in a
  /// process. `parent` is 0 unless this process is to obey that one only. Throws std::system_error.
  explicit StopSignal(Duration drain_timeout, pid_t parent = 0);
  /// Restores what the signals did before.
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
  /// Does what the first signal does. A signal after it counts as the second.
  void request();

 private:
  static constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP, SIGALRM, kFromParent};

  std::array<struct sigaction, kSignals.size()> before_;
  UniqueFd reader_;  // of a pipe, which can be watched in every way there is; an eventfd cannot by O_ASYNC
  UniqueFd writer_;
  std::atomic<bool> requested_ = false;
};

}  // namespace majuscule
