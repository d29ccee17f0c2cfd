// SPDX-License-Identifier: MIT
// Formats the head of an HTTP answer, and the error answers (RFC 9112, 4 and 5).
#pragma once

#include <string>
#include <string_view>

#include "http/request_parser.hpp"
#include "majuscule/reply.hpp"

namespace majuscule {

inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// "Not Found" for 404 (RFC 9110, 15); empty for a status that has no registered one (RFC 9112, 4).
std::string_view reason_phrase(std::uint16_t status);

/// Returns whether an answer with this status has a body, even an empty one (RFC 9112, 6.3; RFC 9110,
/// 15.3.6).
constexpr bool may_have_body(std::uint16_t status) {
  return status >= 200 && status != 204 && status != 205 && status != 304;
}

/// The value of the Connection field.
enum class Persistence : std::uint8_t { kDefault, kKeepAlive, kClose };

/// Appends the head of `reply` with its final empty line; `date` is an IMF-fixdate. A status without a body
/// gets no Content-Type and no Content-Length, except 205, whose length is 0.
void append_head(std::string& out, const Reply& reply, std::string_view date, Persistence persistence);

/// A short plain-text reply that says what was wrong: `400 Bad Request: the Host field is missing`.
Reply error_reply(std::uint16_t status, std::string_view reason);

}  // namespace majuscule
