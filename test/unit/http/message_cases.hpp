// SPDX-License-Identifier: MIT
// The table of messages for the parser and the connection, fed in every split: accepted ones with their
// parsed form, refused ones with their status. Bytes after a message must not change the result.
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "majuscule/options.hpp"

namespace majuscule::test {

/// An accepted message. It ends with its last byte.
struct Taken {
  std::string name;
  std::string bytes;
  std::string method = "GET";
  std::string path = "/";
  std::string query{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>>
      fields{};  ///< after an initial `Host: a`, if the message has that
  bool keep_alive = true;
  int minor_version = 1;
  bool expects_continue = false;
  Limits limits{};
};

/// A message that is refused, at its last byte at the latest.
struct Refused {
  std::string name;
  std::string bytes;
  std::uint16_t status = 400;
  bool answer_has_body = true;
  Limits limits{};
};

inline void PrintTo(const Taken& message, std::ostream* out) { *out << message.name; }
inline void PrintTo(const Refused& message, std::ostream* out) { *out << message.name; }

std::vector<Taken> taken_messages();
std::vector<Refused> refused_request_lines();
std::vector<Refused> refused_fields();
std::vector<Refused> refused_framings();
std::vector<Refused> refused_chunks();
std::vector<Refused> refused_by_limits();

// Pieces of messages.

/// `LINE\r\nHost: a\r\nLINES\r\n`; each of the lines has its CRLF.
std::string message(std::string_view request_line, std::string_view lines = {}, std::string_view body = {});
/// GET / with these lines.
std::string get(std::string_view lines);
/// POST / with these lines and what follows them.
std::string post(std::string_view lines, std::string_view body);
/// POST / in chunks; `body` with all its framing.
std::string chunked(std::string_view body);

}  // namespace majuscule::test
