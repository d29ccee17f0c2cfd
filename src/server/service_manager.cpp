// SPDX-License-Identifier: MIT
#include "server/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace majuscule {
namespace {

constexpr int kFirstDescriptor = 3;  // SD_LISTEN_FDS_START
constexpr std::array kProtocols = {Protocol::kHttp, Protocol::kRaw};

std::string take_variable(const char* name) {
  const char* const value = ::getenv(name);
  std::string text = value != nullptr ? value : "";
  ::unsetenv(name);
  return text;
}

/// Returns the number of descriptors in LISTEN_FDS.
std::size_t count_of(const std::string& text) {
  constexpr std::size_t kMostSockets = 64;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count > kMostSockets) {
    throw std::runtime_error("LISTEN_FDS=" + text + ": expected a number of sockets, at most " +
                             std::to_string(kMostSockets));
  }
  return count;
}

struct Passed {
  int fd;
  std::uint16_t port;
  std::optional<Protocol> protocol;
};

/// Finds the protocol of each descriptor by its name. `names` are separated by colons, and may be too few.
std::vector<Passed> by_name(std::size_t count, std::string_view names) {
  std::vector<Passed> all;
  std::string_view rest = names;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const int fd = kFirstDescriptor + static_cast<int>(i);
    all.push_back({fd, SocketAddress::of_socket(fd).port(), {}});
    for (const Protocol protocol : kProtocols) {
      if (to_string(protocol) == name) all.back().protocol = protocol;
    }
  }
  return all;
}

/// Finds the protocol of the sockets without a known name. Sockets of one port (IPv4 and IPv6, or several
/// addresses) get the same protocol.
void assign_nameless(std::vector<Passed>& all) {
  for (Passed& each : all) {
    if (each.protocol) continue;
    const auto like = std::find_if(all.begin(), all.end(), [&](const Passed& other) {
      return other.protocol && other.port == each.port && each.port != 0;
    });
    if (like != all.end()) {
      each.protocol = like->protocol;
      continue;
    }
    const auto left = std::find_if(kProtocols.begin(), kProtocols.end(), [&](Protocol protocol) {
      return std::none_of(all.begin(), all.end(), [&](const Passed& p) { return p.protocol == protocol; });
    });
    if (left == kProtocols.end()) {
      throw std::runtime_error(
          "LISTEN_FDS: port " + std::to_string(each.port) +
          " is one too many: expected one for http and one for raw, or FileDescriptorName=http or raw");
    }
    each.protocol = *left;
  }
}

}  // namespace

ServiceManager::ServiceManager()
    : notify_socket_(take_variable("NOTIFY_SOCKET")),
      listen_pid_(take_variable("LISTEN_PID")),
      listen_fds_(take_variable("LISTEN_FDS")),
      listen_names_(take_variable("LISTEN_FDNAMES")) {}

std::vector<Listener> ServiceManager::take_listeners() const {
  std::vector<Listener> listeners;
  if (listen_pid_ != std::to_string(::getpid()) || listen_fds_.empty()) return listeners;
  std::vector<Passed> all = by_name(count_of(listen_fds_), listen_names_);
  assign_nameless(all);
  for (const Protocol protocol : kProtocols) {
    for (const Passed& each : all) {
      if (each.protocol == protocol) listeners.emplace_back(protocol, each.fd);
    }
  }
  return listeners;
}

std::error_code ServiceManager::notify(std::string_view state) const {
  if (notify_socket_.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool known = notify_socket_.front() == '/' || notify_socket_.front() == '@';
  if (!known || notify_socket_.size() >= sizeof address.sun_path)
    return std::make_error_code(std::errc::address_family_not_supported);
  std::memcpy(address.sun_path, notify_socket_.data(), notify_socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace (unix(7))
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_socket_.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (socket && ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                         reinterpret_cast<const sockaddr*>(&address), size) >= 0)
    return {};
  return {errno, std::system_category()};
}

}  // namespace majuscule
