// SPDX-License-Identifier: MIT
#include "http/log_line.hpp"

#include "http/http_date.hpp"

namespace majuscule {
namespace {

void append_quoted(std::string& line, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  line.append(" \"");
  if (text.empty()) line.push_back('-');
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      line.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      line.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  line.push_back('"');
}

}  // namespace

std::string log_line(const LogEntry& entry) {
  std::string line(entry.peer);
  const auto date = log_date(entry.unix_seconds);
  line.append(" - - [").append(date.data(), date.size()).append("]");
  append_quoted(line, entry.request_line);
  line.append(" ").append(std::to_string(entry.status)).append(" ").append(std::to_string(entry.body_size));
  append_quoted(line, entry.referer);
  append_quoted(line, entry.user_agent);
  return line;
}

}  // namespace majuscule
