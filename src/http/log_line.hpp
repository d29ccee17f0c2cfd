// SPDX-License-Identifier: MIT
// A line of the access log in the combined format of Apache and nginx, with nothing in it that a terminal or
// a parser could trip over.
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

/// The line without its end. Quotes, backslashes and bytes outside printable ASCII come out as \xHH.
std::string log_line(const LogEntry& entry);

}  // namespace majuscule
