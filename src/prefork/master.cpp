// SPDX-License-Identifier: MIT
#include "prefork/master.hpp"

#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

#include "base/inherited.hpp"
#include "base/monotonic.hpp"
#include "base/poll_until.hpp"
#include "base/signal_handler.hpp"
#include "server/stop_signal.hpp"

namespace majuscule {
namespace {

sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&signals, number);
  if (!ignores_hangup()) ::sigaddset(&signals, SIGHUP);  // signalfd(2) reads ignored signals too
  return signals;
}

/// The same, and signals that could reach a worker before it has handlers.
sigset_t held() {
  sigset_t signals = watched_signals();
  ::sigaddset(&signals, StopSignal::kFromParent);
  return signals;
}

bool ended_well(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

std::string in_words(int status) {
  if (WIFEXITED(status)) return fmt::format("ended with exit code {}", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return fmt::format("was killed by signal {} ({})", signal, ::sigdescr_np(signal));
}

}  // namespace

Master::Master(ServerContext& context, Work work)
    : context_(context), work_(std::move(work)), held_(held()), workers_(context.options.workers) {
  const sigset_t signals = watched_signals();
  signals_ = UniqueFd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
  int ends[2] = {-1, -1};
  if (!signals_ || ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::system_category(), "signalfd or socketpair");
  }
  reports_ = UniqueFd(ends[0]);
  reporting_ = UniqueFd(ends[1]);
  handle_signal(SIGCHLD, SIG_DFL);     // if SIGCHLD is ignored, the kernel reaps the children itself
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // this process must reap what a dead worker has forked
}

Master::~Master() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }

void Master::run() {
  while (!stopping_ || has_workers()) {
    start_those_due();
    wait();
    take_reports();
    take_signals();
    reap();
    obey_drain();
  }
  assert(!has_workers());
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void Master::start_those_due() {
  const Time now = monotonic_now();
  for (Worker& worker : workers_) {
    if (worker.pid == 0 && worker.due <= now && !stopping_) start(worker);
  }
}

void Master::start(Worker& worker) {
  assert(worker.pid == 0);
  std::fflush(nullptr);  // or the worker would write the buffer again
  worker.started = monotonic_now();
  const pid_t pid = context_.meter.fork();
  if (pid == 0) set_worker(worker);
  const char* const reason = ::strerrordesc_np(errno);
  if (pid > 0) {
    worker.pid = pid;
  } else if (is_ready() && has_workers()) {  // the other workers serve on
    worker.due = worker.started + RestartLimit::kLongestPause;
    context_.log->error("worker {} cannot be forked: {}", number_of(worker), reason);
  } else {
    lost(worker, fmt::format("cannot be forked: {}", reason));
  }
}

void Master::set_worker(const Worker& worker) {
  bool done = false;
  if (die_with_parent(context_.pid)) try {
      signals_.reset();
      reports_.reset();
      work_(number_of(worker), [this] {
        report({});
        held_.release();
      });
      done = true;
    } catch (const std::exception& e) {
      report(e.what());
    }
  std::fflush(nullptr);
  ::_exit(done ? 0 : 1);
}

void Master::report(std::string_view what) const {
  ::send(reporting_.get(), what.data(), what.size(), MSG_NOSIGNAL);
}

void Master::wait() const {
  Time next = killed_ ? kNever : drain_.next_time();
  for (const Worker& worker : workers_) {
    if (worker.pid == 0 && !stopping_) next = std::min(next, worker.due);
  }
  std::array<pollfd, 2> waits{{{signals_.get(), POLLIN, 0}, {reports_.get(), POLLIN, 0}}};
  poll_until(waits, next);
}

void Master::take_reports() {
  char text[1000];
  ssize_t size = 0;
  while ((size = ::recv(reports_.get(), text, sizeof text, MSG_DONTWAIT)) >= 0) {
    if (size > 0) {
      reported_.assign(text, static_cast<std::size_t>(size));
      if (is_ready()) context_.log->error("a worker cannot run: {}", reported_);
    } else {
      reported_.clear();
      if (!is_ready() && ++ready_ == workers_.size() && !stopping_) context_.announce_ready();
    }
  }
}

void Master::take_signals() {
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
    const int number = static_cast<int>(signal.ssi_signo);
    const Time now = monotonic_now();
    if (number == SIGCHLD) continue;  // reap() checks all children anyway
    if (!stopping_) {
      drain();
      first_.came(number, monotonic_now());
    } else if (!first_.is_repeated_by(number, now)) {
      fail("second signal: exiting at once");
    }
  }
}

void Master::reap() {
  int status = 0;
  rusage usage{};
  pid_t pid = 0;
  while ((pid = ::wait4(-1, &status, WNOHANG, &usage)) > 0) {
    context_.meter.reaped(pid, usage);
    const auto worker =
        std::find_if(workers_.begin(), workers_.end(), [pid](const Worker& w) { return w.pid == pid; });
    if (worker == workers_.end()) {
      if (context_.access_log && !stopping_) context_.access_log->reaped(pid);
      continue;
    }
    worker->pid = 0;
    context_.counters->forget_clients_of(number_of(*worker));
    context_.connections.give_back_all(number_of(*worker));
    if (stopping_ && (ended_well(status) || killed_)) continue;
    lost(*worker, fmt::format("(pid {}) {}", pid, in_words(status)));
  }
}

void Master::lost(Worker& worker, const std::string& how) {
  const std::string what = fmt::format("worker {} {}", number_of(worker), how);
  assert(worker.pid == 0);
  if (!is_ready()) return fail(reported_.empty() ? what : reported_);
  const auto pause = worker.limit.died(monotonic_now() - worker.started);
  if (stopping_) {
    context_.log->error("{}", what);
    if (failure_.empty()) failure_ = what;
  } else if (pause) {
    context_.log->error("{}; starting another in {} ms", what,
                        std::chrono::ceil<std::chrono::milliseconds>(*pause).count());
    worker.due = monotonic_now() + *pause;
  } else {
    context_.log->error("{}; giving up", what);
    failure_ = fmt::format("{}, as {} did in a row soon after their start{}{}", what,
                           RestartLimit::kMostInARow - 1, reported_.empty() ? "" : ": ", reported_);
    drain();
  }
}

void Master::drain() {
  assert(!stopping_ && !killed_);
  stopping_ = true;
  const CounterValues values = context_.counters->read();
  context_.announce_drain(values.accepted - values.closed);
  for (Worker& worker : workers_) {
    if (worker.pid == 0) start(worker);  // the clients in its listener must be served
  }
  send(StopSignal::kFromParent);
  context_.listeners.clear();  // each worker has a copy until its queue is empty
  drain_.begin(monotonic_now(), context_.options.drain_timeout + 2 * StopSignal::kGracePeriod);
  drain_.end_arrivals();  // the workers accept, not the master
}

// The workers drain themselves; the master only kills those that take too long.
void Master::obey_drain() {
  while (!killed_) {
    switch (drain_.take_step(monotonic_now())) {
      case Drain::Step::kNone: return;
      case Drain::Step::kAbort:
        context_.log->warn("drain timeout: killing the workers that still run");
        kill();
        break;
      case Drain::Step::kCloseIdle:
      case Drain::Step::kTakeQueued: break;
    }
  }
}

void Master::fail(const std::string& reason) {
  failure_ = reason;
  kill();
}

void Master::kill() {
  stopping_ = true;
  killed_ = true;
  send(SIGKILL);
}

void Master::send(int signal) const {
  for (const Worker& worker : workers_) {
    if (worker.pid > 0) ::kill(worker.pid, signal);
  }
}

bool Master::has_workers() const {
  return std::any_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.pid > 0; });
}

}  // namespace majuscule
