// SPDX-License-Identifier: MIT
// --mode=fibers: a user-level thread for each client, all on one kernel thread.
//
// It runs the same blocking code as --mode=threads over other waits. Where a thread would block, a fiber
// switches (Boost.Context) to the stack of the accepting code, which waits in epoll_wait(2) for all clients
// and switches to the next fiber that can go on. Only one fiber runs at a time, so no lock is needed. A
// sleeping task delays its own client only; one that blocks or burns CPU stalls all clients. Each client
// costs the touched pages of its stack: usually two, of 64 KiB reserved above a guard. A stack needs two
// mappings, and vm.max_map_count allows 65,530 by default, so beyond some 32,000 clients the next is refused.
// It stops when the last fiber has ended.
#include "modes/modes.hpp"

#if defined(MAJUSCULE_HAS_FIBERS)
#include "blocking/acceptor.hpp"
#include "blocking/blocking_driver.hpp"
#include "blocking/fibers.hpp"
#endif

namespace majuscule {

#if defined(MAJUSCULE_HAS_FIBERS)

std::string why_no_fibers() { return {}; }

void run_fibers(Server& server) {
  Fibers fibers;
  BlockingClients clients(server, fibers);
  Acceptor acceptor(server, fibers, [&](Accepted& client) {
    return clients.take(client, [&](ClientJob& job) { return fibers.start(job); });
  });
  acceptor.run(clients);
  clients.wait_until_empty();
}

#else

std::string why_no_fibers() { return "built without Boost.Context (libboost-context-dev)"; }

void run_fibers(Server&) {}

#endif

}  // namespace majuscule
