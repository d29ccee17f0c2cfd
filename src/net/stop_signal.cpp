// SPDX-License-Identifier: MIT
// What the handlers touch is async-signal-safe: lock-free atomics, write(2), timer_settime(2), _exit(2).
#include "net/stop_signal.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "net/signal_handler.hpp"

namespace majuscule {
namespace {

// A signal handler can reach nothing but statics.
struct HandlerState {
  std::atomic<std::atomic<bool>*> requested = nullptr;
  std::atomic<int> event = -1;
  timer_t timer{};
  itimerspec patience{};
};
HandlerState state;
static_assert(std::atomic<bool>::is_always_lock_free);

void say(std::string_view line) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void on_stop(int) {
  const int saved = errno;
  if (state.requested.load()->exchange(true)) {
    say("majuscule: second signal: ending at once\n");
    ::_exit(StopSignal::kForcedExitCode);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(state.event.load(), &one, sizeof one);
  ::timer_settime(state.timer, 0, &state.patience, nullptr);
  errno = saved;
}

void on_patience_end(int) {
  say("majuscule: the drain timeout has passed and a task still blocks: ending without it\n");
  ::_exit(0);
}

}  // namespace

StopSignal::StopSignal(Duration drain_timeout) : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw std::system_error(errno, std::system_category(), "eventfd");
  sigevent expiry{};
  expiry.sigev_notify = SIGEV_SIGNAL;
  expiry.sigev_signo = SIGALRM;
  if (::timer_create(CLOCK_MONOTONIC, &expiry, &state.timer) != 0) {
    throw std::system_error(errno, std::system_category(), "timer_create");
  }
  const auto patience = drain_timeout + kPatience;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
  state.patience.it_value = {seconds.count(), (patience - seconds).count()};
  state.requested = &requested_;
  state.event = event_.get();
  handle_signal(SIGALRM, on_patience_end);
  for (const int number : {SIGTERM, SIGINT}) handle_signal(number, on_stop);
  for (const int number : {SIGPIPE, SIGUSR1}) handle_signal(number, SIG_IGN);
}

StopSignal::~StopSignal() {
  for (const int number : {SIGTERM, SIGINT, SIGPIPE, SIGUSR1}) handle_signal(number, SIG_DFL);
  ::timer_delete(state.timer);
  handle_signal(SIGALRM, SIG_DFL);
}

}  // namespace majuscule
