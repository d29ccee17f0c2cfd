// SPDX-License-Identifier: MIT
// --mode=process: a child process for each client.
//
// The parent accepts, and forks a child for each client; that child serves it to its end, blocking in recv,
// send and the client's tasks, and exits. The parent waits in poll(2) for clients and for children that have
// ended, which it reaps. Nothing is shared but the counters, in a mapping: whatever happens to a child, only
// its own client is lost. It costs the most of all: fork(2) and exit(2), some 0.25 ms of CPU for each
// connection, and some 185 KiB for an idle client: 70 to 80 KiB of private pages, the rest the kernel's
// (60 KiB of page tables, a stack of 16 KiB, slab objects). It breaks where clients are many or connections
// short; when no more processes can be forked, the next client is refused. The parent passes the stop signal
// on, each child drains by itself, and it stops when it has reaped the last.

#include "blocking/acceptor.hpp"
#include "blocking/blocking_driver.hpp"
#include "blocking/children.hpp"
#include "modes/modes.hpp"

namespace majuscule {

std::string why_no_process() { return why_no_children(); }

void run_process(Server& server) {
  SyscallIo io;
  Children children(server);
  Acceptor acceptor(server, io,
                    [&](Accepted& client) {
                      return children.start(client, [&](Accepted own) {
                        acceptor.abandon();
                        SyscallIo own_io;
                        BlockingClients(server, own_io, Drainer::kServingThread).serve(std::move(own));
                      });
                    },
                    {children.fd(), [&] { children.attend(); }});
  acceptor.run(children);
  children.wait_until_empty();
}

}  // namespace majuscule
