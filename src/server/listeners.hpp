// SPDX-License-Identifier: MIT
// The listeners of a host, which may have several addresses: a name mostly has one of IPv4 and one of IPv6.
#pragma once

#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "server/listener.hpp"

namespace majuscule {

/// Told of an address at which nothing listens, and why.
using Skipped = std::function<void(const SocketAddress& address, std::error_code reason)>;

/// Listens at each of these addresses, at the port of the first; if that is 0, at one that the kernel picks
/// for all of them. Where both families are there, those of IPv6 leave IPv4 alone. An address that this
/// machine does not have, or a family, is skipped as long as another one is left. Throws std::system_error
/// with a text that names the address.
std::vector<Listener> listen_on(Protocol protocol, std::vector<SocketAddress> addresses, int backlog,
                                const Skipped& skipped);

}  // namespace majuscule
