// SPDX-License-Identifier: MIT
// A client that was just accepted, and the other outcomes of accept(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/unique_fd.hpp"
#include "server/socket_address.hpp"

namespace majuscule {

enum class Protocol : std::uint8_t { kHttp, kRaw };

/// "http" or "raw".
std::string_view to_string(Protocol protocol);

enum class AcceptResult : std::uint8_t {
  kAccepted,
  kQueueEmpty,  ///< the queue is empty
  kExhausted,   ///< out of descriptors or memory: stop accepting until some are free
  kFailed,      ///< fails for a reason that concerns all clients and may last: try again later
};

/// A client that was just accepted: what is passed with its descriptor to the thread or process that serves
/// it.
struct Accepted {
  UniqueFd fd;
  SocketAddress peer{};  ///< saved at once, since a connection that was reset has no peer address any more
  Protocol protocol = Protocol::kHttp;
};

/// Translates an errno of accept(2). Returns nothing when the error concerns one client that failed before it
/// was accepted: try the next one.
std::optional<AcceptResult> accept_failure(int error);

}  // namespace majuscule
