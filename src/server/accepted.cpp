// SPDX-License-Identifier: MIT
#include "server/accepted.hpp"

#include <cerrno>

namespace majuscule {

std::string_view to_string(Protocol protocol) { return protocol == Protocol::kHttp ? "http" : "raw"; }

std::optional<AcceptResult> accept_failure(int error) {
  switch (error) {
    case EAGAIN: return AcceptResult::kQueueEmpty;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return AcceptResult::kExhausted;
    case EINTR:
    case ECONNABORTED:
    // Network errors that are pending on the new socket (accept(2), error handling).
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    // The same on other systems and protocols.
    case ETIMEDOUT:
    case ENOSR:
    case ESOCKTNOSUPPORT:
    case EPROTONOSUPPORT: return std::nullopt;
    default: return AcceptResult::kFailed;
  }
}

}  // namespace majuscule
