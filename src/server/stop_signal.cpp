// SPDX-License-Identifier: MIT
// The handlers use only async-signal-safe operations: lock-free atomics, write(2), clock_gettime(2),
// _exit(2), and setitimer(2), a bare system call on Linux.
#include "server/stop_signal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <system_error>

#include "base/inherited.hpp"
#include "base/line_output.hpp"
#include "base/monotonic.hpp"
#include "base/signal_handler.hpp"
#include "base/system_calls.hpp"
#include "base/timespec.hpp"

namespace majuscule {
namespace {

// Static, because a signal handler can reach nothing else.
struct HandlerState {
  std::atomic<std::atomic<bool>*> requested = nullptr;
  std::atomic<int> writer = -1;
  FirstSignal first;
  pid_t parent = 0;
  Duration grace_period{};
  std::atomic<Time> grace_end{kNever};
  itimerval timer{};
};
HandlerState state;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<Time>::is_always_lock_free);

void stop() {
  const int saved = errno;
  const char any = 0;
  [[maybe_unused]] const auto written = ::write(state.writer.load(), &any, sizeof any);
  state.grace_end = monotonic_now() + state.grace_period;
  sys::set_alarm(state.timer);
  errno = saved;
}

void on_stop(int number, siginfo_t* signal, void*) {
  if (state.parent != 0 && signal->si_pid != state.parent) return;
  if (!state.requested.load()->exchange(true)) {
    state.first.came(number, monotonic_now());
    return stop();
  }
  if (state.parent != 0 || state.first.is_repeated_by(number, monotonic_now())) return;
  say("second signal: exiting at once");
  ::_exit(StopSignal::kForcedExitCode);
}

void on_timer(int) {
  if (monotonic_now() < state.grace_end.load()) return;  // it was sent by interrupt_waits()
  say("drain timeout: a task still blocks; exiting without waiting for it");
  ::_exit(0);
}

}  // namespace

StopSignal::StopSignal(Duration drain_timeout, pid_t parent) {
  assert(state.requested.load() == nullptr);  // one at a time
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::system_category(), "pipe2");
  }
  reader_ = UniqueFd(ends[0]);
  writer_ = UniqueFd(ends[1]);
  state.grace_period = drain_timeout + kGracePeriod;
  state.grace_end = kNever;
  state.timer = {{}, to_timeval(state.grace_period)};
  state.parent = parent;
  state.requested = &requested_;
  state.writer = writer_.get();
  standard_error();  // opened here, so that the handlers can write to it
  const bool keeps_hangup = ignores_hangup();
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], nullptr, &before_[i]);
  handle_signal(SIGALRM, on_timer);
  if (parent != 0) handle_signal(kFromParent, on_stop);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    if (parent != 0) {
      handle_signal(number, SIG_IGN);
    } else if (number != SIGHUP || !keeps_hangup) {
      handle_signal(number, on_stop);
    }
  }
}

StopSignal::~StopSignal() {
  const itimerval none{};
  sys::set_alarm(none);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  state.requested = nullptr;  // no handler uses it any more
}

void StopSignal::request() {
  if (!requested_.exchange(true)) stop();
}

void StopSignal::interrupt_waits() const {
  state.timer = {to_timeval(kInterruptInterval), to_timeval(kInterruptInterval)};
  if (requested()) sys::set_alarm(state.timer);
}

}  // namespace majuscule
