// SPDX-License-Identifier: MIT
// Character classes that several HTTP grammars share (RFC 9110, section 5.6), independent of the locale.
#pragma once

#include "http/byte_set.hpp"

namespace majuscule {

/// The characters of a token (RFC 9110, 5.6.2).
inline constexpr ByteSet kTokenBytes("!#$%&'*+-.^_`|~");

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A blank within a line (RFC 9110, 5.6.3).
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace majuscule
