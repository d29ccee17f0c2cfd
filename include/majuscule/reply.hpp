// SPDX-License-Identifier: MIT
// One reply of a service. The connection adds Date, Content-Length and Connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace majuscule {

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

struct Reply {
  std::uint16_t status =
      200;  ///< a final status; kStatuses in counters.hpp lists those that /stats counts separately
  bool close = false;   ///< the connection ends after this reply
  bool counts = false;  ///< counts in `requests` of /stats
  std::string_view content_type =
      kPlainText;      ///< in static storage, of any length; sent with a body unless empty
  std::string fields;  ///< further header lines, each ending with CRLF
  std::string body;    ///< not sent with 204, 205 and 304, which have no body
};

}  // namespace majuscule
