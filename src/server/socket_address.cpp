// SPDX-License-Identifier: MIT
#include "server/socket_address.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "http/host.hpp"

namespace majuscule {

SocketAddress SocketAddress::of_socket(int fd) {
  SocketAddress address;
  socklen_t size = kRoom;
  if (::getsockname(fd, address.get(), &size) != 0) return {};
  return address.family() == AF_INET || address.family() == AF_INET6 ? address : SocketAddress();
}

std::uint16_t SocketAddress::port() const {
  return ntohs(family() == AF_INET6 ? v6_.sin6_port : v4_.sin_port);
}

void SocketAddress::set_port(std::uint16_t port) {
  assert(family() != AF_UNSPEC);
  (family() == AF_INET6 ? v6_.sin6_port : v4_.sin_port) = htons(port);
}

std::string SocketAddress::host() const {
  if (family() == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6_.sin6_addr)) {
    char host[INET_ADDRSTRLEN];
    return ::inet_ntop(AF_INET, v6_.sin6_addr.s6_addr + 12, host, sizeof host);
  }
  char host[NI_MAXHOST];
  if (family() == AF_UNSPEC ||
      ::getnameinfo(get(), size(), host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) {
    return "-";
  }
  return host;
}

std::string SocketAddress::text() const {
  const std::string name = host();
  const bool v6 = name.find(':') != std::string::npos;
  return (v6 ? "[" + name + "]" : name) + ":" + std::to_string(port());
}

bool operator==(const SocketAddress& a, const SocketAddress& b) {
  if (a.family() != b.family() || a.port() != b.port()) return false;
  if (a.family() != AF_INET6) return a.v4_.sin_addr.s_addr == b.v4_.sin_addr.s_addr;
  return std::memcmp(&a.v6_.sin6_addr, &b.v6_.sin6_addr, sizeof a.v6_.sin6_addr) == 0 &&
         a.v6_.sin6_scope_id == b.v6_.sin6_scope_id;
}

std::vector<SocketAddress> resolve(const std::string& host, std::uint16_t port) {
  const auto name = parse_host(host);
  if (!name) throw std::runtime_error("--host=" + host + ": expected " + std::string(kHostForm));
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(name->c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error != 0) {
    const std::string reason =
        error == EAI_SYSTEM ? std::system_category().message(errno) : ::gai_strerror(error);
    throw std::runtime_error("--host=" + host + ": " + reason);
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    SocketAddress address;
    if (each->ai_addrlen > SocketAddress::kRoom) continue;
    std::memcpy(static_cast<void*>(address.get()), each->ai_addr, each->ai_addrlen);
    const bool known = std::find(addresses.begin(), addresses.end(), address) != addresses.end();
    if (!known) addresses.push_back(address);
  }
  if (addresses.empty()) throw std::runtime_error("--host=" + host + ": the name has no IP address");
  return addresses;
}

}  // namespace majuscule
