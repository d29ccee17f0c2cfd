// SPDX-License-Identifier: MIT
// One read and one write for all drivers: translates the errors of send(2) and recv(2) into four results.
#pragma once

#include <string_view>

#include "http/connection.hpp"

namespace majuscule {

enum class IoResult : std::uint8_t {
  kDone,   ///< bytes were transferred
  kEnd,    ///< read: the peer has closed its side
  kLater,  ///< it would block, a socket timeout expired, or a signal interrupted it
  kGone,   ///< the connection is broken
};

struct Received {
  IoResult result;
  std::string_view bytes;  ///< a part of the buffer
};

/// Calls recv(2) with `flags`. The buffer is not empty.
Received receive_some(int fd, char* buffer, std::size_t size, int flags);

/// Writes as much of the output as one system call takes (send(2), or sendmsg(2) for two pieces); `count`
/// tells how much. The output is not empty.
IoResult send_some(int fd, const Output& output, int flags, std::size_t& count);

/// Returns whether the peer has closed its side, even after a local shutdown(2).
bool peer_has_ended(int fd);

/// Discards pending input up to a bound, without blocking. Closing a socket with unread input would reset the
/// connection, and the client could lose the answer.
void discard_input(int fd);

/// The same for a client that is held until it has read its answer. Returns kDone when bytes were discarded,
/// kLater when there were none, kEnd or kGone when there is nothing left to wait for.
IoResult discard_some(int fd);

}  // namespace majuscule
