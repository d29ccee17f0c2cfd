// SPDX-License-Identifier: MIT
// --mode=process: a child process for each client.
//
// The parent accepts, and forks a child for each client. That child serves it to its end, blocking in recv,
// send and the client's tasks, and exits. The parent waits in poll(2) for clients and for children that have
// ended, which it reaps. Only the counters are shared, in a mapping: a child that crashes loses its own
// client only. It is the most expensive model: fork(2) and exit(2) cost some 0.25 ms of CPU for each
// connection, and an idle client some 185 KiB: 70 to 80 KiB of private pages, the rest in the kernel (60 KiB
// of page tables, a stack of 16 KiB, slab objects). It breaks with many clients or short connections; when no
// more processes can be forked, the next client is refused. The parent forwards the stop signal, each child
// drains itself, and the parent stops when it has reaped the last.

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
                    {children.fd(), [&] { children.handle_event(); }});
  acceptor.run(children);
  children.wait_until_empty();
}

}  // namespace majuscule
