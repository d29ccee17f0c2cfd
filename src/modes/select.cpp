// SPDX-License-Identifier: MIT
// --mode=select: one thread, and select(2), which receives a bit for every descriptor anew each time.
//
// The one thread accepts, reads, answers and writes, as in epoll. It waits in select(2) only, which
// overwrites the requested bits with the ready ones. So both sets are copied for each wait, and the kernel
// and this loop check all bits up to the highest descriptor. That cost grows with the number of idle clients.
// A set has FD_SETSIZE (1,024) bits and no bounds check: a client whose descriptor has no bit is refused with
// 503. A sleeping task is a deadline of the wait; one that blocks or burns CPU stalls all clients. It stops
// when the last client has gone after the stop signal.
#include <sys/select.h>

#include <algorithm>

#include "event/poll_loop.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

class Selecting final : public PollLoop {
 public:
  using PollLoop::PollLoop;

 private:
  bool prepare(int fd, std::size_t) override { return fd < FD_SETSIZE; }

  void watch(int fd, Interest interest) override {
    FD_CLR(fd, &readers_);
    FD_CLR(fd, &writers_);
    if (interest == Interest::kRead) FD_SET(fd, &readers_);
    if (interest == Interest::kWrite) FD_SET(fd, &writers_);
    end_ = std::max(end_, fd + 1);
    while (end_ > 0 && !FD_ISSET(end_ - 1, &readers_) && !FD_ISSET(end_ - 1, &writers_)) --end_;
  }

  void wait(const timespec* timeout, std::vector<int>& ready) override {
    fd_set readable = readers_;
    fd_set writable = writers_;
    int left = ::pselect(end_, &readable, &writable, nullptr, timeout, nullptr);
    for (int fd = 0; left > 0; ++fd) {
      if (!FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable)) continue;
      ready.push_back(fd);
      --left;
    }
  }

  fd_set readers_{};
  fd_set writers_{};
  int end_ = 0;  // one past the highest bit that is set
};

}  // namespace

void run_select(Server& server) { Selecting(server).run(); }

}  // namespace majuscule
