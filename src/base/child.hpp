// SPDX-License-Identifier: MIT
// What a process that forks others needs, and what those do first.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace majuscule {

/// Lets signals wait while it lives: a child forked meanwhile gets them when it has its own handlers.
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

  /// What else has been blocked since stays so.
  void release() const { ::pthread_sigmask(SIG_UNBLOCK, &held_, nullptr); }

 private:
  sigset_t held_;
};

/// The calling process, just forked by `parent`, is killed when its parent dies (the thread of it that
/// forked, strictly). False: it has died already.
inline bool die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

}  // namespace majuscule
