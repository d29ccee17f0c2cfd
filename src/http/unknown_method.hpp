// SPDX-License-Identifier: MIT
// Decides between 501 and 400 for a method that llhttp does not know: the rest of the request line must be
// well-formed for a 501.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace majuscule {

class UnknownMethodLine {
 public:
  enum class Verdict : std::uint8_t {
    kMore,        ///< well-formed so far
    kWellFormed,  ///< a whole `method SP target SP HTTP/1.x CRLF`
    kMalformed,
  };

  /// Returns whether the byte at which llhttp stopped may be part of a method or follow one.
  static bool may_begin_with(char c);

  /// Takes the next bytes, from the one at which llhttp stopped; `taken` tells how many were consumed.
  Verdict feed(std::string_view bytes, std::size_t& taken);

 private:
  enum class State : std::uint8_t { kMethod, kTargetBegin, kTarget, kVersion };
  Verdict step(char c);

  State state_ = State::kMethod;
  std::uint8_t version_bytes_ = 0;  // seen so far
};

}  // namespace majuscule
