// SPDX-License-Identifier: MIT
// Keeps new clients from a listening socket, while handshakes that are under way end well.
#pragma once

namespace majuscule {

/// From now on the kernel drops every SYN to this TCP socket (socket(7), SO_ATTACH_FILTER): a client that
/// wants to connect tries again, and finds the port closed by then. Accepted sockets inherit it; no peer
/// sends them a SYN. Where the system refuses it, a client that comes between the last accept(2) and close(2)
/// is reset, as without it.
void drop_handshakes(int fd);

}  // namespace majuscule
