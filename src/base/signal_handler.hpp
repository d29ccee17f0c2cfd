// SPDX-License-Identifier: MIT
// Sets signal dispositions, all with SA_RESTART: interrupted system calls go on.
#pragma once

#include <signal.h>

#include <cassert>

namespace majuscule {

/// `handler` may be SIG_IGN or SIG_DFL; any other must be async-signal-safe (signal-safety(7)).
inline void handle_signal(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  [[maybe_unused]] const int result = ::sigaction(number, &action, nullptr);
  assert(result == 0);
}

/// The same for a handler that receives the sender (SA_SIGINFO).
inline void handle_signal(int number, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  [[maybe_unused]] const int result = ::sigaction(number, &action, nullptr);
  assert(result == 0);
}

}  // namespace majuscule
