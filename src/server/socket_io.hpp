// SPDX-License-Identifier: MIT
// One read and one write, as all drivers do them: the errors of send(2) and recv(2) folded into what they
// mean.
#pragma once

#include <string_view>

#include "http/connection.hpp"

namespace majuscule {

enum class IoResult : std::uint8_t {
  kDone,   ///< bytes went through
  kEnd,    ///< read: the peer will send no more
  kLater,  ///< it would block, a socket timeout struck, or a signal interrupted it
  kGone,   ///< the connection is broken
};

struct Received {
  IoResult result;
  std::string_view bytes;  ///< a part of the buffer
};

/// recv(2) with `flags`. The buffer is not empty.
Received receive_some(int fd, char* buffer, std::size_t size, int flags);

/// Writes what it can of the output, which is not empty, in one system call (send(2), or sendmsg(2) for two
/// pieces); `count` says how much.
IoResult send_some(int fd, const Output& output, int flags, std::size_t& count);

/// Whether the peer itself has ended its side, whatever shutdown(2) makes recv(2) say.
bool peer_has_ended(int fd);

/// Throws away what has arrived, up to a bound, and never blocks. To close a socket with input unread would
/// reset it, and with it the answer that is on its way.
void discard_input(int fd);

/// The same for a client that is held until it has read its answer: what came of that. kDone: bytes were
/// thrown away; kLater: none were there; kEnd, kGone: nothing is left to wait for.
IoResult discard_some(int fd);

}  // namespace majuscule
