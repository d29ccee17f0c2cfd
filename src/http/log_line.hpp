// SPDX-License-Identifier: MIT
// Formats a line of the access log in the combined format of Apache and nginx. Escapes what could confuse a
// terminal or a parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace majuscule {

struct LogEntry {
  std::string_view peer;
  std::int64_t unix_seconds = 0;
  std::string_view request_line;
  std::uint16_t status = 0;
  std::size_t body_size = 0;
  std::string_view referer;
  std::string_view user_agent;
};

/// Returns the line without its newline. Quotes, backslashes and bytes outside printable ASCII become \xHH.
std::string log_line(const LogEntry& entry);

}  // namespace majuscule
