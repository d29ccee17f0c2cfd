// SPDX-License-Identifier: MIT
// One reply as a service gives it; Date, Content-Length and Connection are added by the connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace majuscule {

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

struct Reply {
  std::uint16_t status = 200;                  ///< see core/status.hpp for those that /stats counts
  bool close = false;                          ///< the connection ends after this reply
  bool counts = false;                         ///< it counts in `requests` of /stats
  std::string_view content_type = kPlainText;  ///< static storage; sent only with a body
  std::string fields;                          ///< further header lines, each with its CRLF
  std::string body;
};

}  // namespace majuscule
