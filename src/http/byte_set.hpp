// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

namespace majuscule {

/// A set of bytes with a fast lookup.
class ByteSet {
 public:
  /// ASCII letters, digits, and `others`.
  constexpr explicit ByteSet(std::string_view others) {
    for (char c = 'a'; c <= 'z'; ++c) add(c), add(static_cast<char>(c - 'a' + 'A'));
    for (char c = '0'; c <= '9'; ++c) add(c);
    for (const char c : others) add(c);
  }
  constexpr bool has(char c) const { return in_[static_cast<unsigned char>(c)]; }

 private:
  constexpr void add(char c) { in_[static_cast<unsigned char>(c)] = true; }
  std::array<bool, 256> in_{};
};

}  // namespace majuscule
