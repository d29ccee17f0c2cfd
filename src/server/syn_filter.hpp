// SPDX-License-Identifier: MIT
// Keeps new clients from a listening socket while handshakes under way complete.
#pragma once

namespace majuscule {

/// From now on the kernel drops every SYN to this TCP socket (socket(7), SO_ATTACH_FILTER): a client that
/// wants to connect tries again, and by then the port is closed. Accepted sockets inherit the filter, but
/// their peers send no SYN. Where the system refuses the filter, a client that arrives between the last
/// accept(2) and close(2) is reset.
void drop_handshakes(int fd);

}  // namespace majuscule
