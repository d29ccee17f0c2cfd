// SPDX-License-Identifier: MIT
#include "server/accepted.hpp"

#include <cerrno>

namespace majuscule {

std::string_view to_string(Protocol protocol) { return protocol == Protocol::kHttp ? "http" : "raw"; }

std::optional<AcceptResult> accept_failure(int error) {
  switch (error) {
    case EAGAIN: return AcceptResult::kNobody;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return AcceptResult::kExhausted;
    case EINTR:
    case ECONNABORTED:
    // Errors of the network that wait at the client's socket (accept(2), error handling).
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    // And those that other systems and protocols are known for.
    case ETIMEDOUT:
    case ENOSR:
    case ESOCKTNOSUPPORT:
    case EPROTONOSUPPORT: return std::nullopt;
    default: return AcceptResult::kFailed;
  }
}

}  // namespace majuscule
