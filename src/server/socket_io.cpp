// SPDX-License-Identifier: MIT
#include "server/socket_io.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cassert>
#include <cerrno>

#include "base/system_calls.hpp"

namespace majuscule {

Received receive_some(int fd, char* buffer, std::size_t size, int flags) {
  assert(size > 0);  // a result of 0 must mean the end
  const auto n = sys::recv(fd, buffer, size, flags);
  if (n > 0) return {IoResult::kDone, {buffer, static_cast<std::size_t>(n)}};
  if (n == 0) return {IoResult::kEnd, {}};
  return {errno == EAGAIN || errno == EINTR ? IoResult::kLater : IoResult::kGone, {}};
}

IoResult send_some(int fd, const Output& output, int flags, std::size_t& count) {
  assert(output.size() > 0);
  const auto& [first, second] = output.pieces;
  count = 0;
  ssize_t n = 0;
  if (second.empty()) {
    n = sys::send(fd, first.data(), first.size(), flags | MSG_NOSIGNAL);
  } else {
    iovec pieces[] = {{const_cast<char*>(first.data()), first.size()},
                      {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = first.empty() ? pieces + 1 : pieces;
    message.msg_iovlen = first.empty() ? 1 : 2;
    n = sys::sendmsg(fd, &message, flags | MSG_NOSIGNAL);
  }
  if (n < 0) return errno == EAGAIN || errno == EINTR ? IoResult::kLater : IoResult::kGone;
  count = static_cast<std::size_t>(n);
  assert(count <= output.size());
  return IoResult::kDone;
}

bool peer_has_ended(int fd) { return sys::peer_has_ended(fd); }

[[gnu::noinline]] IoResult discard_some(int fd) {
  constexpr int kMostPieces = 8;
  std::array<char, 16 * 1024> piece;
  IoResult sum = IoResult::kLater;
  for (int i = 0; i < kMostPieces; ++i) {
    const IoResult result = receive_some(fd, piece.data(), piece.size(), MSG_DONTWAIT).result;
    if (result == IoResult::kLater) break;
    sum = result;
    if (result != IoResult::kDone) break;
  }
  return sum;
}

[[gnu::noinline]] void discard_input(int fd) {  // its buffer would cost idle threads a page of stack
  constexpr int kMostPieces = 256;  // a client that sends without end is reset now rather than later
  std::array<char, 4096> piece;
  for (int i = 0; i < kMostPieces && sys::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT) > 0; ++i)
    continue;
}

}  // namespace majuscule
