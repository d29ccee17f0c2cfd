// SPDX-License-Identifier: MIT
// What a process needs before it forks, and what the child does first.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace majuscule {

/// Blocks signals during its lifetime: a child forked in this time receives them once it has its own
/// handlers.
class SignalsHeld {
 public:
  explicit SignalsHeld(const sigset_t& signals) : held_(signals) {
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, &signals, &before);
    for (int number = 1; number <= SIGRTMAX; ++number) {
      if (sigismember(&before, number) == 1) sigdelset(&held_, number);  // it stays blocked
    }
  }
  ~SignalsHeld() { release(); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

  /// Signals that have been blocked since stay blocked.
  void release() const { ::pthread_sigmask(SIG_UNBLOCK, &held_, nullptr); }

 private:
  sigset_t held_;
};

/// Makes the kernel kill the calling process, just forked by `parent`, when the thread that forked it ends.
/// Returns false if the parent has died already.
inline bool die_with_parent(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

}  // namespace majuscule
