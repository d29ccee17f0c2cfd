// SPDX-License-Identifier: MIT
// SIGTERM, SIGINT and SIGHUP as a descriptor that every way of waiting can watch. The first signal asks for a
// drain. The second ends the process at once, unless it is the same signal within kRepeatTime (timeout(1)
// signals a process and then its group) or SIGHUP (the terminal has gone). If the only thread of a model is
// stuck in a task, a timer ends the process shortly after the drain timeout, so the timeout holds in every
// mode.
//
// A forked process obeys its parent only, by a signal that no other program sends: a terminal and systemd
// signal all processes at once, which must count once. The child only drains; to end it at once, the parent
// kills it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <array>
#include <atomic>

#include "base/unique_fd.hpp"
#include "majuscule/instant.hpp"

namespace majuscule {

/// Tells a second stop signal from a repetition of the first: timeout(1) signals a process and then its
/// group, and when a terminal closes, or with systemd's SendSIGHUP=, SIGHUP follows any other signal.
/// Async-signal-safe.
class FirstSignal {
 public:
  /// The same signal within this time counts once.
  static constexpr Duration kRepeatTime = std::chrono::milliseconds(250);

  void came(int number, Time now) {
    number_ = number;
    repeat_end_ = now + kRepeatTime;
  }
  bool is_repeated_by(int number, Time now) const {
    return number == SIGHUP || (number == number_ && now < repeat_end_.load());
  }

 private:
  std::atomic<int> number_ = 0;
  std::atomic<Time> repeat_end_{Time{}};
};

class StopSignal {
 public:
  /// How long after the drain timeout the timer ends the process.
  static constexpr Duration kGracePeriod = std::chrono::milliseconds(300);
  /// How often interrupt_waits() interrupts.
  static constexpr Duration kInterruptInterval = std::chrono::milliseconds(20);
  /// The exit code after a second signal.
  static constexpr int kForcedExitCode = 1;

  /// The signal by which a parent stops its children.
  static constexpr int kFromParent = SIGUSR2;

  /// Handles SIGTERM, SIGINT, SIGALRM, and SIGHUP unless it is ignored (nohup(1)). One at a time in a
  /// process. `parent` is 0, or the only process to obey. Throws std::system_error.
  explicit StopSignal(Duration drain_timeout, pid_t parent = 0);
  /// Restores the previous signal dispositions.
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// From the first signal on, interrupts every call in which the main thread blocks (with EINTR), again and
  /// again. For a mode whose only thread waits for one client and checks the drain between two waits.
  void interrupt_waits() const;

  /// Readable for good from the first signal on: it is never read.
  int fd() const { return reader_.get(); }
  /// Thread-safe.
  bool requested() const { return requested_.load(); }
  /// Acts as the first signal. A signal after it counts as the second.
  void request();

 private:
  static constexpr std::array kSignals = {SIGTERM, SIGINT, SIGHUP, SIGALRM, kFromParent};

  std::array<struct sigaction, kSignals.size()> before_;
  UniqueFd reader_;  // a pipe, which every mode can watch; O_ASYNC does not work with an eventfd
  UniqueFd writer_;
  std::atomic<bool> requested_ = false;
};

}  // namespace majuscule
