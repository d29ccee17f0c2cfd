// SPDX-License-Identifier: MIT
// --mode=pool: a fixed number of threads, and a queue of clients.
//
// The main thread accepts and puts each client into a bounded queue. The threads (--threads) take clients
// out, the one that has waited longest first (fifo) or the one that came last (lifo: under overload at least
// the latest are served in time), and serve each to its end, blocking in recv, send and the client's tasks.
// So exactly that many clients are served at once. An idle keep-alive client holds its thread, so a queued
// client waits until another one leaves, however short its request is. Timeouts of queued clients start when
// a thread takes them. Shared state is behind a mutex. When 1,024 clients wait, the next one is refused (503
// for HTTP, a close for raw). It stops when the queue is empty and the last client has gone.
#include "base/bounded_queue.hpp"
#include "base/thread_group.hpp"
#include "blocking/acceptor.hpp"
#include "blocking/blocking_driver.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

constexpr std::size_t kMostWaiting = 1024;

}  // namespace

void run_pool(Server& server) {
  SyscallIo io;
  BlockingClients clients(server, io);
  BoundedQueue<ClientJob> queue(server.queue_order(), kMostWaiting);
  const auto serve = [&] {
    while (auto next = queue.pop()) (*next)();
  };
  const ThreadGroup group(server.pool_size(), serve, [&] { queue.close(); });
  Acceptor acceptor(server, io, [&](Accepted& client) {
    return clients.take(client, [&](ClientJob& job) { return queue.try_push(std::move(job)); });
  });
  acceptor.run(clients);
  clients.wait_until_empty();
}

}  // namespace majuscule
