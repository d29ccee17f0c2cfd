// SPDX-License-Identifier: MIT
// The line with the size of a chunk (RFC 9112, 7.1), byte by byte and to the letter: `chunk-size [ chunk-ext
// ] CRLF`. Versions of llhttp differ in the extensions that they take, so these are kept from it: it sees the
// size and the line's end only. A CR, LF or NUL within an extension, quoted or not, is an error. Pure, not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace majuscule {

class ChunkLine {
 public:
  enum class Verdict : std::uint8_t {
    kFraming,    ///< these bytes are of the size or the line's end: for the parser
    kExtension,  ///< these are of an extension: ignored
    kEnd,        ///< as kFraming, and the line ends with the last of them
    kBadSize,    ///< the byte behind these is wrong
    kBadExtension,
  };
  struct Step {
    std::size_t length;
    Verdict verdict;
  };

  /// The next byte begins a line.
  void begin() { state_ = State::kNoDigit; }

  /// Takes the next bytes, at least one: as many as are of one kind. What they are does not depend on how the
  /// stream was split.
  Step take(std::string_view bytes);

 private:
  enum class State : std::uint8_t {
    kNoDigit,
    kSize,
    kBlankBehindSize,
    kBeforeName,
    kName,
    kBlankBehindName,
    kBeforeValue,
    kToken,
    kQuoted,
    kEscaped,
    kBehindQuotes,
    kBlankBehindValue,
    kLf,
  };

  bool advance(char c);

  State state_ = State::kNoDigit;
};

}  // namespace majuscule
