// SPDX-License-Identifier: MIT
// --mode=busy: one thread that never waits: it tries every socket in turn.
//
// Each round calls accept(2) on the listeners and recv(2) on every client (send(2), where output is stuck).
// Most calls return EAGAIN. The thread never sleeps, so there is no wakeup latency, and a single client is
// answered as fast as possible. The price is 100 % of a CPU, even when idle. A round costs a system call for
// each client, idle or not, which is where it breaks. A sleeping task is checked each round; one that blocks
// or burns CPU stalls all clients. It stops when the last client has gone after the stop signal.
#include "event/poll_loop.hpp"
#include "event/poll_set.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

class Trying final : public PollLoop {
 public:
  using PollLoop::PollLoop;

 private:
  bool prepare(int, std::size_t end) override {
    set_.make_room(end);
    return true;
  }

  void watch(int fd, Interest interest) override { set_.set(fd, events_of(interest)); }

  // Reports every descriptor; its own system call finds out whether it is ready.
  void wait(const timespec*, std::vector<int>& ready) override {
    for (const pollfd& one : set_.all()) ready.push_back(one.fd);
  }

  PollSet set_;
};

}  // namespace

void run_busy(Server& server) { Trying(server).run(); }

}  // namespace majuscule
