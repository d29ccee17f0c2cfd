// SPDX-License-Identifier: MIT
// --mode=fibers: a user-level thread for each client, all on one thread.
//
// The same blocking code as --mode=threads: it only waits by other means. Where it would block, it switches
// (Boost.Context) from its own stack to the one of the accepting code, which waits in epoll_wait(2) for
// everybody, and switches to the next who has something to do. One thread runs, so nothing needs a lock. A
// sleeping task holds up its own client only; one that blocks or burns CPU stalls everybody. Each client
// costs the pages of its stack that were touched: two as a rule, of 64 KiB that are reserved above a guard.
// A stack is two mappings of the 65,530 that vm.max_map_count allows by default: who comes after some 32,000
// clients is refused. It stops when the last fiber has ended.
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
