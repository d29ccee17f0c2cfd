// SPDX-License-Identifier: MIT
// --mode=threads: a thread for each client.
//
// The main thread accepts and starts a thread for each client. That thread blocks in recv, send and the
// client's tasks, and delays no other client. Shared state is behind a mutex. Each client costs a small stack
// and a kernel thread; when no more can be started, the next client is refused. It stops when the last thread
// has ended.

#include "base/thread.hpp"
#include "blocking/acceptor.hpp"
#include "blocking/blocking_driver.hpp"
#include "modes/modes.hpp"

namespace majuscule {

void run_threads(Server& server) {
  SyscallIo io;
  BlockingClients clients(server, io);
  Acceptor acceptor(server, io,
                    [&](Accepted& client) { return clients.take(client, start_thread<ClientJob>); });
  acceptor.run(clients);
  clients.wait_until_empty();
}

}  // namespace majuscule
