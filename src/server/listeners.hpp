// SPDX-License-Identifier: MIT
// The listeners of one host, which may have several addresses: a name often has an IPv4 and an IPv6 address.
#pragma once

#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "server/listener.hpp"

namespace majuscule {

/// Called for each address that was skipped, with the reason.
using Skipped = std::function<void(const SocketAddress& address, std::error_code reason)>;

/// Listens at each of these addresses, at the port of the first; port 0: at one that the kernel picks for all
/// of them. If there are both families, IPv6 sockets do not take IPv4 clients. Skips an address or a family
/// that this machine does not have, as long as another is left. Throws std::system_error with a text that
/// names the address.
std::vector<Listener> listen_on(Protocol protocol, std::vector<SocketAddress> addresses, int backlog,
                                const Skipped& skipped);

}  // namespace majuscule
