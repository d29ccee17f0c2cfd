// SPDX-License-Identifier: MIT
// llhttp stops inside a method it does not know. Whether that is 501 or 400 is for the rest of the line to
// say.
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

  /// Whether a byte may stand where llhttp gave up: in a method or right behind it.
  static bool may_begin_with(char c);

  /// Takes the next bytes, from the one at which llhttp gave up; `taken` says how many were looked at.
  Verdict feed(std::string_view bytes, std::size_t& taken);

 private:
  enum class State : std::uint8_t { kMethod, kTargetBegin, kTarget, kVersion };
  Verdict step(char c);

  State state_ = State::kMethod;
  std::uint8_t version_bytes_ = 0;  // seen so far
};

}  // namespace majuscule
