// SPDX-License-Identifier: MIT
// One reply as a service gives it; Date, Content-Length and Connection are added by the connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace majuscule {

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

struct Reply {
  std::uint16_t status = 200;  ///< a final one; kStatuses in counters.hpp has those that /stats tells apart
  bool close = false;          ///< the connection ends after this reply
  bool counts = false;         ///< it counts in `requests` of /stats
  std::string_view content_type =
      kPlainText;      ///< static storage, of any length; sent with a body, if not empty
  std::string fields;  ///< further header lines, each with its CRLF
  std::string body;    ///< not sent with 204, 205 and 304, which have none
};

}  // namespace majuscule
