// SPDX-License-Identifier: MIT
// The client over plain sockets. It polls before each read with a deadline, so a silent server fails a test
// instead of hanging it.
#include "tcp_client.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>

namespace majuscule::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// An address of 127/8 that was hardly used before.
sockaddr_in new_loopback_address() {
  thread_local std::mt19937 random(std::random_device{}());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr =
      htonl((127U << 24) | std::uniform_int_distribution<std::uint32_t>(2, 0xFFFFFE)(random));
  return address;
}

UniqueFd connected(std::uint16_t port, std::optional<int> receive_buffer, milliseconds limit) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) {
    throw std::system_error(errno, std::generic_category(), "socket");
  }
  if (receive_buffer) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &*receive_buffer, sizeof *receive_buffer);
    // The server's kernel makes room for some segments, which are 64 KiB on loopback, and for more if it
    // remembers that the address needed them before (tcp_metrics). So this address is new.
    const int segment = 1'000;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
    const sockaddr_in source = new_loopback_address();
    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source);
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval timeout{limit.count() / 1000, limit.count() % 1000 * 1000};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);  // holds for connect(2) too
  const sockaddr_in address = loopback(port);
  int result = 0;
  do {  // after an interruption it goes on in the background, and the next call waits for it
    result = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (result != 0 && (errno == EINTR || errno == EALREADY));
  if (result != 0 && errno != EISCONN) {
    throw std::system_error(errno, std::generic_category(), "connect to 127.0.0.1:" + std::to_string(port));
  }
  return socket;
}

bool wait_for(int fd, short events, milliseconds limit) {
  pollfd entry{fd, events, 0};
  const auto deadline = Clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    const int count = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (count > 0) {
      return true;
    }
    if (count == 0 || errno != EINTR) {
      return false;
    }
  }
}

using Endpoint = sockaddr_in;

Endpoint local_end(int fd) {
  Endpoint end{};
  socklen_t size = sizeof end;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&end), &size);
  return end;
}

Endpoint remote_end(int fd) {
  Endpoint end{};
  socklen_t size = sizeof end;
  ::getpeername(fd, reinterpret_cast<sockaddr*>(&end), &size);
  return end;
}

std::string kernel_notation(const Endpoint& end) {
  char text[16];
  std::snprintf(text, sizeof text, "%08X:%04X", end.sin_addr.s_addr, ntohs(end.sin_port));
  return text;
}

/// Returns how many bytes wait unread in the server's end of a connection: a column of /proc/net/tcp. Nothing
/// when the server's end is gone.
std::optional<unsigned long> unread_at_server(const Endpoint& server, const Endpoint& client) {
  const std::string wanted = kernel_notation(server) + " " + kernel_notation(client) + " ";
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    if (const auto at = line.find(wanted); at != std::string::npos) {
      std::istringstream rest(line.substr(at + wanted.size()));
      std::string state;
      std::string queues;
      rest >> state >> queues;
      return std::stoul(queues.substr(queues.find(':') + 1), nullptr, 16);
    }
  }
  return std::nullopt;
}

}  // namespace

TcpClient::TcpClient(std::uint16_t port, std::optional<int> receive_buffer)
    : socket_(connected(port, receive_buffer, patience())) {}

std::optional<TcpClient> TcpClient::try_connect(std::uint16_t port, milliseconds limit) {
  try {
    return TcpClient(connected(port, std::nullopt, limit));
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::connection_refused || error.code() == std::errc::connection_reset ||
        error.code() == std::errc::operation_in_progress) {
      return std::nullopt;
    }
    throw;
  }
}

bool TcpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(socket_.get(), POLLOUT, patience())) {
      return false;
    }
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return true;
}

bool TcpClient::send_in_pieces(std::string_view bytes, std::size_t size) {
  while (!bytes.empty()) {
    if (!send(bytes.substr(0, size))) {
      return false;
    }
    bytes.remove_prefix(std::min(size, bytes.size()));
    std::this_thread::yield();
  }
  return true;
}

std::size_t TcpClient::send_until_stuck(std::string_view bytes, milliseconds limit) {
  std::size_t sent = 0;
  while (sent < bytes.size() && wait_for(socket_.get(), POLLOUT, limit)) {
    const ssize_t count =
        ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      break;
    }
    sent += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  return sent;
}

void TcpClient::half_close() { ::shutdown(socket_.get(), SHUT_WR); }

void TcpClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

Received TcpClient::receive_some(milliseconds limit) {
  if (!wait_for(socket_.get(), POLLIN, limit)) {
    return {"", Ending::kStillOpen};
  }
  char buffer[65536];
  const ssize_t count = ::recv(socket_.get(), buffer, sizeof buffer, 0);
  if (count > 0) {
    return {std::string(buffer, static_cast<std::size_t>(count)), Ending::kStillOpen};
  }
  return {"", count == 0 ? Ending::kEndOfInput : Ending::kReset};
}

Received TcpClient::receive_to_end(milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  Received all{"", Ending::kStillOpen};
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    Received some = receive_some(std::max(left, milliseconds(0)));
    if (some.bytes.empty()) {
      all.ending = some.ending;
      return all;
    }
    all.bytes += some.bytes;
    if (Clock::now() >= deadline) {
      return all;
    }
  }
}

bool TcpClient::wait_until_server_has_sent() const { return wait_for(socket_.get(), POLLIN, patience()); }

bool TcpClient::wait_until_server_has_read() const {
  const Endpoint client = local_end(socket_.get());
  const Endpoint server = remote_end(socket_.get());
  return eventually([&] {
    int unacknowledged = 0;
    ::ioctl(socket_.get(), SIOCOUTQ, &unacknowledged);
    return unacknowledged == 0 && unread_at_server(server, client).value_or(0) == 0;
  });
}

}  // namespace majuscule::test
