// SPDX-License-Identifier: MIT
// --mode=epoll: one thread, one libuv loop that waits for every socket at once.
//
// The loop accepts, reads, answers and writes. None of its calls may block, so one thread is enough and needs
// no lock. It waits in epoll_wait(2) only, inside uv_run(). A sleeping task is a timer; a task that blocks or
// burns CPU stalls all clients, which is where this model breaks. It stops when the last client has gone
// after the stop signal.
#include "event/loop_serving.hpp"
#include "event/uv/uv_poller.hpp"
#include "modes/modes.hpp"

namespace majuscule {

void run_epoll(Server& server) {
  LoopServing serving;
  UvPoller loop(server, server.listeners(), serving);
  loop.run();
}

}  // namespace majuscule
