// SPDX-License-Identifier: MIT
// --mode=poll: one thread, and poll(2), which receives every descriptor anew each time.
//
// The one thread accepts, reads, answers and writes, as in epoll. It waits in poll(2) only: the kernel checks
// each descriptor in the array before it waits and again when it wakes, and this loop searches the array for
// those that are ready. So the cost of a wakeup grows with the number of idle clients: 8 bytes copied and a
// check of a socket for each. That is its only limit. A sleeping task is a deadline of the wait; one that
// blocks or burns CPU stalls all clients. It stops when the last client has gone after the stop signal.
#include "event/poll_loop.hpp"
#include "event/poll_set.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

class Polling final : public PollLoop {
 public:
  using PollLoop::PollLoop;

 private:
  bool prepare(int, std::size_t end) override {
    set_.make_room(end);
    return true;
  }

  void watch(int fd, Interest interest) override { set_.set(fd, events_of(interest)); }

  void wait(const timespec* timeout, std::vector<int>& ready) override {
    const std::span<const pollfd> all = set_.all();
    int left = ::ppoll(set_.all().data(), all.size(), timeout, nullptr);
    for (auto one = all.begin(); left > 0; ++one) {
      if (one->revents == 0) continue;
      ready.push_back(one->fd);
      --left;
    }
  }

  PollSet set_;
};

}  // namespace

void run_poll(Server& server) { Polling(server).run(); }

}  // namespace majuscule
