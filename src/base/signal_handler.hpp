// SPDX-License-Identifier: MIT
// Signal dispositions, set in the one way that all of ours are: interrupted system calls go on.
#pragma once

#include <signal.h>

#include <cassert>

namespace majuscule {

/// `handler` may be SIG_IGN or SIG_DFL; any other may only do what is async-signal-safe (signal-safety(7)).
inline void handle_signal(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  [[maybe_unused]] const int result = ::sigaction(number, &action, nullptr);
  assert(result == 0);
}

/// The same for a handler that is told who sent the signal.
inline void handle_signal(int number, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  [[maybe_unused]] const int result = ::sigaction(number, &action, nullptr);
  assert(result == 0);
}

}  // namespace majuscule
