// SPDX-License-Identifier: MIT
// What the handlers touch is async-signal-safe: lock-free atomics, write(2), clock_gettime(2), _exit(2), and
// setitimer(2), a bare system call on Linux.
#include "net/stop_signal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "net/clock.hpp"
#include "net/signal_handler.hpp"

namespace majuscule {
namespace {

// A signal handler can reach nothing but statics.
struct HandlerState {
  std::atomic<std::atomic<bool>*> requested = nullptr;
  std::atomic<int> writer = -1;
  pid_t parent = 0;
  Duration patience{};
  std::atomic<Time> patience_end{kNever};
  itimerval timer{};
};
HandlerState state;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<Time>::is_always_lock_free);

void say(std::string_view line) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void stop() {
  const int saved = errno;
  if (state.requested.load()->exchange(true)) {
    if (state.parent != 0) return;
    say("majuscule: second signal: ending at once\n");
    ::_exit(StopSignal::kForcedExitCode);
  }
  const char any = 0;
  [[maybe_unused]] const auto written = ::write(state.writer.load(), &any, sizeof any);
  state.patience_end = monotonic_now() + state.patience;
  ::setitimer(ITIMER_REAL, &state.timer, nullptr);
  errno = saved;
}

void on_stop(int, siginfo_t* signal, void*) {
  if (state.parent == 0 || signal->si_pid == state.parent) stop();
}

void on_timer(int) {
  if (monotonic_now() < state.patience_end.load()) return;  // it was to interrupt somebody's wait
  say("majuscule: the drain timeout has passed and a task still blocks: ending without it\n");
  ::_exit(0);
}

timeval to_timeval(Duration duration) {
  const auto micros = std::chrono::ceil<std::chrono::microseconds>(duration).count();
  return {micros / 1'000'000, micros % 1'000'000};
}

}  // namespace

StopSignal::StopSignal(Duration drain_timeout, pid_t parent) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw std::system_error(errno, std::system_category(), "pipe2");
  }
  reader_ = UniqueFd(ends[0]);
  writer_ = UniqueFd(ends[1]);
  state.patience = drain_timeout + kPatience;
  state.patience_end = kNever;
  state.timer = {{}, to_timeval(state.patience)};
  state.parent = parent;
  state.requested = &requested_;
  state.writer = writer_.get();
  handle_signal(SIGALRM, on_timer);
  if (parent != 0) {
    handle_signal(kFromParent, on_stop);
    for (const int number : {SIGTERM, SIGINT}) handle_signal(number, SIG_IGN);
  } else {
    for (const int number : {SIGTERM, SIGINT}) handle_signal(number, on_stop);
  }
  for (const int number : {SIGPIPE, SIGUSR1}) handle_signal(number, SIG_IGN);
}

StopSignal::~StopSignal() {
  for (const int number : {SIGTERM, SIGINT, SIGPIPE, SIGUSR1}) handle_signal(number, SIG_DFL);
  if (state.parent != 0) handle_signal(kFromParent, SIG_DFL);
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, nullptr);
  handle_signal(SIGALRM, SIG_DFL);
}

void StopSignal::request() { stop(); }

void StopSignal::interrupt_waits() const {
  state.timer = {to_timeval(kBeat), to_timeval(kBeat)};
  if (requested()) ::setitimer(ITIMER_REAL, &state.timer, nullptr);
}

}  // namespace majuscule
