// SPDX-License-Identifier: MIT
#include "http/host.hpp"

#include <algorithm>

namespace majuscule {

std::optional<std::string> parse_host(std::string_view text) {
  constexpr std::size_t kLongest = 255;  // of a name (RFC 1035, 2.3.4)
  const bool in_brackets = text.starts_with('[') && text.ends_with(']');
  if (in_brackets) text = text.substr(1, text.size() - 2);
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (colons == 1 || (in_brackets && colons == 0)) return std::nullopt;
  const bool printable =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  if (text.empty() || text.size() > kLongest) return std::nullopt;
  if (!printable || text.find_first_of("[]/@?#") != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

}  // namespace majuscule
