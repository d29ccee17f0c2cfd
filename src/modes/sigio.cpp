// SPDX-License-Identifier: MIT
// --mode=sigio: one thread, and signal-driven I/O: the kernel queues a real-time signal when a socket becomes
// ready.
//
// The one thread accepts, reads, answers and writes, as in epoll. It waits in sigtimedwait(2) only, with the
// signals blocked; si_fd names a descriptor. A signal reports a change and not a state. It may be late, or
// meant for an earlier client with the same descriptor. So poll(2) checks each named descriptor until it is
// no longer ready. Idle clients cost nothing, but each packet costs a signal. It breaks with the signal
// queue, which is bounded for all processes of a user (RLIMIT_SIGPENDING): when it is full, a plain SIGIO
// arrives instead, and poll(2) must check every descriptor. A sleeping task is a deadline of the wait; one
// that blocks or burns CPU stalls all clients. A listener signals one process only, so several workers need
// one listener each (--reuseport). It stops when the last client has gone after the stop signal.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "event/poll_loop.hpp"
#include "event/poll_set.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

constexpr timespec kAtOnce{};

/// Blocks the two signals during its lifetime.
class BlockedSignals {
 public:
  BlockedSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGIO);
    ::sigaddset(&signals_, ready());
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~BlockedSignals() {
    while (take(&kAtOnce, nullptr) > 0) continue;  // otherwise they would be delivered now
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

  /// The signal that the kernel is told to send.
  static int ready() { return SIGRTMIN; }
  /// Returns the number of the next signal, -1 when none came in that time.
  int take(const timespec* timeout, siginfo_t* info) const {
    return ::sigtimedwait(&signals_, info, timeout);
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

class Signalled final : public PollLoop {
 public:
  using PollLoop::PollLoop;

 private:
  static constexpr int kSignalsAtOnce = 1024;

  bool prepare(int fd, std::size_t end) override {
    watched_.make_room(end);
    named_.make_room(end);
    const f_owner_ex this_thread{F_OWNER_TID, ::gettid()};
    return ::fcntl(fd, F_SETSIG, BlockedSignals::ready()) == 0 && ::fcntl(fd, F_SETOWN_EX, &this_thread) == 0;
  }

  // A descriptor may have become ready while it was not watched, so it is checked.
  void watch(int fd, Interest interest) override {
    if ((interest == Interest::kNone) != (watched_.events(fd) == 0)) {
      ::fcntl(fd, F_SETFL, O_NONBLOCK | (interest == Interest::kNone ? 0 : O_ASYNC));
    }
    watched_.set(fd, events_of(interest));
    named_.set(fd, events_of(interest));
  }

  void wait(const timespec* timeout, std::vector<int>& ready) override {
    take_signals(named_.all().empty() ? timeout : &kAtOnce);
    const std::size_t count = named_.all().size();
    ::poll(named_.all().data(), count, 0);
    for (std::size_t i = count; i-- > 0;) {  // in reverse, since removal fills the gap with the last entry
      const pollfd one = named_.all()[i];
      if (one.revents != 0) {
        ready.push_back(one.fd);
      } else {
        named_.set(one.fd, 0);
      }
    }
  }

  void take_signals(const timespec* timeout) {
    siginfo_t info{};
    for (int i = 0; i < kSignalsAtOnce; ++i) {
      const int number = signals_.take(i == 0 ? timeout : &kAtOnce, &info);
      if (number < 0) return;
      if (number == SIGIO) {
        for (const pollfd& one : watched_.all()) named_.set(one.fd, one.events);
      } else if (info.si_code > 0) {  // sent by the kernel
        named_.set(info.si_fd, watched_.events(info.si_fd));
      }
    }
  }

  BlockedSignals signals_;
  PollSet watched_;
  PollSet named_;  // named by a signal, and not known to be no longer ready
};

}  // namespace

void run_sigio(Server& server) { Signalled(server).run(); }

}  // namespace majuscule
