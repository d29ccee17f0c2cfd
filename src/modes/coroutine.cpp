// SPDX-License-Identifier: MIT
// --mode=coroutine: one thread, a C++20 coroutine for each client, on the loop of --mode=epoll.
//
// The loop accepts, and waits for every socket in epoll_wait(2). serve() below handles one client from its
// first byte to its last, and reads like a thread's code: where a thread would block, it uses co_await, and
// the loop serves others until it can be resumed. A sleeping task is a timer; a task that blocks or burns CPU
// stalls all clients. In addition to --mode=epoll a client costs a frame of some 300 bytes, allocated once,
// and a call through a pointer for each wait. It breaks where that mode does. It stops when the last client
// has gone after the stop signal; to abort a client, its frame is destroyed where it waits.
#include "event/coroutine_client.hpp"
#include "event/uv/uv_poller.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

ClientCoroutine serve(CoroutineClient client) {
  Connection& connection = client.connection();
  for (;;) {
    while (Request* const request = connection.next_request(client.now())) {
      Outcome outcome = client.handle(*request);
      if (outcome.task.kind != TaskKind::kNone) {
        if (!client.send_once()) co_return;  // earlier replies must not wait for this task
        co_await client.work(outcome.task);
      }
      connection.respond(std::move(outcome.reply), client.now());
    }
    if (connection.pending_output().size() > 0) {
      if (!co_await client.send()) co_return;
    } else {
      if (client.finish()) co_return;
      if (!co_await client.receive()) co_return;
    }
  }
}

}  // namespace

void run_coroutine(Server& server) {
  CoroutineServing serving(serve);
  UvPoller loop(server, server.listeners(), serving);
  loop.run();
}

}  // namespace majuscule
