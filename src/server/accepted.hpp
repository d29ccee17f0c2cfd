// SPDX-License-Identifier: MIT
// A client just accepted, and what accept(2) may say instead.
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
  kNobody,     ///< the queue is empty
  kExhausted,  ///< out of descriptors or memory: stop accepting until some are free
  kFailed,     ///< it fails for a reason that is not one client's, and may do so for ever: try again later
};

/// A client just accepted: what travels with its descriptor to whatever thread or process serves it.
struct Accepted {
  UniqueFd fd;
  SocketAddress peer{};  ///< as it was then: a client that has reset its connection has none any more
  Protocol protocol = Protocol::kHttp;
};

/// What an errno of accept(2) means. Nothing when it is about one client only, which failed before it was
/// accepted: the next one is to be tried.
std::optional<AcceptResult> accept_failure(int error);

}  // namespace majuscule
