// SPDX-License-Identifier: MIT
#include "net/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>

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

/// How many descriptors LISTEN_FDS says there are.
std::size_t count_of(const std::string& text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count > kProtocols.size()) {
    throw std::runtime_error("LISTEN_FDS=" + text +
                             ": expected at most 2 sockets, one for http and one for raw");
  }
  return count;
}

/// Which descriptor is for which of kProtocols. `names` are separated by colons, and may be too few.
std::array<std::optional<int>, kProtocols.size()> assign(std::size_t count, std::string_view names) {
  std::array<std::optional<int>, kProtocols.size()> assigned;
  std::vector<int> nameless;
  std::string_view rest = names;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    const int fd = kFirstDescriptor + static_cast<int>(i);
    const auto named = std::find_if(kProtocols.begin(), kProtocols.end(),
                                    [&](Protocol protocol) { return to_string(protocol) == name; });
    if (named == kProtocols.end()) {
      nameless.push_back(fd);
    } else if (auto& place = assigned[static_cast<std::size_t>(named - kProtocols.begin())]; !place) {
      place = fd;
    } else {
      throw std::runtime_error("LISTEN_FDNAMES=" + std::string(names) + ": expected one socket named " +
                               std::string(name));
    }
  }
  for (const int fd : nameless) *std::find(assigned.begin(), assigned.end(), std::nullopt) = fd;
  return assigned;
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
  const auto assigned = assign(count_of(listen_fds_), listen_names_);
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    if (assigned[i]) listeners.emplace_back(kProtocols[i], *assigned[i]);
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
  if (socket && ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                         reinterpret_cast<const sockaddr*>(&address), size) >= 0)
    return {};
  return {errno, std::system_category()};
}

}  // namespace majuscule
