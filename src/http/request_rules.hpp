// SPDX-License-Identifier: MIT
// What a whole header section must obey beyond its syntax, before any of its body is read (RFC 9112, 3.2, 6
// and 7; RFC 9110, 7.2 and 10.1.1). Each rule answers with the refusal it leads to, or with none.
#pragma once

#include <cstdint>
#include <string_view>

#include "majuscule/request.hpp"

namespace majuscule {

/// The peer's mistake, as the answer it deserves.
struct Refusal {
  std::uint16_t status = 0;  ///< 0: none
  std::string_view reason;   ///< static storage

  explicit operator bool() const { return status != 0; }
};

/// What the fields say about the body.
struct BodyTerms {
  bool has_length = false;        ///< there is a Content-Length
  bool expects_continue = false;  ///< the client waits for `100 Continue`
};

/// Host, Content-Length, Transfer-Encoding, Expect. Framing is accepted in one way only: a single
/// Content-Length, or a single Transfer-Encoding that is exactly `chunked`, on HTTP/1.1.
Refusal check_fields(const Request& request, BodyTerms& terms);

/// Finds path and query in the target of whatever form, and refuses a target that does not suit the method.
Refusal split_target(Request& request);

}  // namespace majuscule
