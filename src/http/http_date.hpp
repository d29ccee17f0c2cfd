// SPDX-License-Identifier: MIT
// Formats dates for HTTP and the access log from seconds since 1970 (UTC), without locale or time zone files.
#pragma once

#include <array>
#include <cstdint>

namespace majuscule {

/// IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7). Years 0 to 9999.
std::array<char, 29> http_date(std::int64_t unix_seconds);

/// The combined log format's `06/Nov/1994:08:49:37 +0000`.
std::array<char, 26> log_date(std::int64_t unix_seconds);

}  // namespace majuscule
