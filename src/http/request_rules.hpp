// SPDX-License-Identifier: MIT
// Rules for a complete header section beyond its syntax, checked before the body is read (RFC 9112, 3.2, 6
// and 7; RFC 9110, 7.2 and 10.1.1). Each returns a refusal, or none.
#pragma once

#include <cstdint>
#include <string_view>

#include "majuscule/request.hpp"

namespace majuscule {

/// An error of the client, as the status and reason of the answer.
struct Refusal {
  std::uint16_t status = 0;  ///< 0: none
  std::string_view reason;   ///< in static storage

  explicit operator bool() const { return status != 0; }
};

/// What the header fields say about the body.
struct BodyTerms {
  bool has_length = false;        ///< there is a Content-Length
  bool expects_continue = false;  ///< the client waits for `100 Continue`
};

/// Checks Host, Content-Length, Transfer-Encoding and Expect. Framing is accepted in two forms only: a single
/// Content-Length, or a single Transfer-Encoding that is exactly `chunked`, on HTTP/1.1.
Refusal check_fields(const Request& request, BodyTerms& terms);

/// Finds path and query in the target, in any of its forms. Refuses a target that does not suit the method.
Refusal split_target(Request& request);

}  // namespace majuscule
