// SPDX-License-Identifier: MIT
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace majuscule {
namespace {

constexpr std::uint8_t kNoDigit = 16;

constexpr auto kHexDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 16; ++i) {
    digits[static_cast<unsigned char>("0123456789abcdef"[i])] = i;
    digits[static_cast<unsigned char>("0123456789ABCDEF"[i])] = i;
  }
  return digits;
}();

constexpr std::uint8_t hex_digit(char c) { return kHexDigits[static_cast<unsigned char>(c)]; }

}  // namespace

std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    if (query.starts_with(name)) {
      if (end == name.size()) return std::string_view();
      if (query[name.size()] == '=') return query.substr(name.size() + 1, end - name.size() - 1);
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return std::nullopt;
}

bool append_decoded(std::string_view encoded, std::string& out) {
  const std::size_t begin = out.size();
  out.append(encoded);  // decoded in place: an escape is longer than its byte
  char* to = out.data() + begin;
  const char* const end = out.data() + out.size();
  for (const char* from = to; from != end; ++from) {
    if (*from == '%') {
      if (end - from < 3) return false;
      const int high = hex_digit(from[1]);
      const int low = hex_digit(from[2]);
      if (high == kNoDigit || low == kNoDigit) return false;
      *to++ = static_cast<char>(high * 16 + low);
      from += 2;
    } else {
      *to++ = *from == '+' ? ' ' : *from;
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return true;
}

}  // namespace majuscule
