// SPDX-License-Identifier: MIT
#include "service_manager.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <system_error>

#include "server.hpp"

namespace majuscule::test {

namespace {

/// Throws the error of `call`, if it failed.
void require(int result, const char* call) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), call);
  }
}

}  // namespace

ListeningSocket::ListeningSocket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::bind(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  require(::listen(fd(), 128), "listen");
}

std::uint16_t ListeningSocket::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  require(::getsockname(fd(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

Process start_activated(const std::string& mode, const Activation& activation,
                        const std::vector<std::string>& options, Process::Limits limits) {
  const std::string count =
      activation.count.empty() ? std::to_string(activation.descriptors.size()) : activation.count;
  std::string script = "export LISTEN_PID=" + activation.process_id + " LISTEN_FDS='" + count + "'";
  if (!activation.names.empty()) {
    script += " LISTEN_FDNAMES='" + activation.names + "'";
  }
  std::vector<std::string> words{"-c", script + R"(; exec "$0" "$@")", majuscule_binary()};
  for (std::string& word : mode_options(mode, options)) words.push_back(std::move(word));
  words.insert(words.end(), options.begin(), options.end());
  return Process("/bin/sh", words, limits, activation.descriptors);
}

bool listens_on(Process& process, const std::string& url) {
  const std::string line = "listening on " + url + " (";
  const auto is_said = [&] { return process.standard_output().find(line) != std::string::npos; };
  return eventually([&] { return is_said() || !process.is_running(); }) && is_said();
}

NotifySocket::NotifySocket(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  if (name.starts_with('@')) {
    address.sun_path[0] = '\0';
  }
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  require(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), "bind");
  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
}

NotifySocket::~NotifySocket() { ::unsetenv("NOTIFY_SOCKET"); }

std::optional<std::string> NotifySocket::receive(milliseconds limit) const {
  pollfd wanted{fd_.get(), POLLIN, 0};
  if (::poll(&wanted, 1, static_cast<int>(limit.count())) != 1) {
    return std::nullopt;
  }
  char message[1024];
  const ssize_t size = ::recv(fd_.get(), message, sizeof message, 0);
  return std::string(message, size > 0 ? static_cast<std::size_t>(size) : 0);
}

}  // namespace majuscule::test
