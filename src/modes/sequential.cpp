// SPDX-License-Identifier: MIT
// --mode=sequential: one client at a time.
//
// The only thread accepts a client and serves it to its end, blocking in recv, send and the client's tasks;
// then it accepts the next. Meanwhile the others wait in the kernel's backlog: connected, but not served. It
// costs nothing beside the client itself, and needs no lock. It breaks with the second client: an idle
// connection blocks all others until --idle-timeout, and only --backlog limits how many wait. The same thread
// must also drain, so the stop signal interrupts its waits until the drain has begun. It stops when the last
// client of the backlog has been served.

#include "blocking/acceptor.hpp"
#include "blocking/blocking_driver.hpp"
#include "modes/modes.hpp"

namespace majuscule {

void run_sequential(Server& server) {
  SyscallIo io;
  BlockingClients clients(server, io, Drainer::kServingThread);
  Acceptor acceptor(server, io, [&](Accepted& client) {
    return clients.take(client, [](ClientJob& job) {
      job();
      return true;
    });
  });
  acceptor.run(clients);
  clients.wait_until_empty();
}

}  // namespace majuscule
