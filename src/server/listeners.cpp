// SPDX-License-Identifier: MIT
#include "server/listeners.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <optional>
#include <utility>

namespace majuscule {
namespace {

bool is_missing(std::error_code error) {
  return error.category() == std::system_category() &&
         (error.value() == EADDRNOTAVAIL || error.value() == EAFNOSUPPORT);
}

}  // namespace

std::vector<Listener> listen_on(Protocol protocol, std::vector<SocketAddress> addresses, int backlog,
                                const Skipped& skipped) {
  assert(!addresses.empty());
  const auto of_v6 = [](const SocketAddress& address) { return address.family() == AF_INET6; };
  const bool v6_only = !std::all_of(addresses.begin(), addresses.end(), of_v6);
  const bool any_port = addresses.front().port() == 0;
  constexpr int kMostAttempts = 32;  // to find a port that is free at all addresses
  for (int attempt = 1;; ++attempt) {
    std::vector<Listener> listeners;
    std::vector<std::pair<SocketAddress, std::error_code>> missing;
    std::optional<std::system_error> failed;
    for (SocketAddress address : addresses) {
      if (any_port && !listeners.empty()) {
        address.set_port(SocketAddress::of_socket(listeners.front().fd()).port());
      }
      try {
        listeners.emplace_back(protocol, address, backlog, v6_only && of_v6(address));
      } catch (const std::system_error& e) {
        failed = e;
        if (!is_missing(e.code())) break;
        missing.emplace_back(address, e.code());
        failed.reset();
        if (missing.size() == addresses.size()) throw;
      }
    }
    if (!failed) {
      for (const auto& [address, reason] : missing) skipped(address, reason);
      return listeners;
    }
    const bool taken = failed->code() == std::error_code(EADDRINUSE, std::system_category());
    if (!taken || !any_port || listeners.empty() || attempt == kMostAttempts) throw *failed;
  }
}

}  // namespace majuscule
