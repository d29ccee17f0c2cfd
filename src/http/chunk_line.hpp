// SPDX-License-Identifier: MIT
// Parses the line with the size of a chunk (RFC 9112, 7.1) strictly, byte by byte: `chunk-size [ chunk-ext ]
// CRLF`. Versions of llhttp differ in the extensions they accept, so llhttp sees only the size and the end of
// the line. A CR, LF or NUL within an extension, quoted or not, is an error. Pure, not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace majuscule {

class ChunkLine {
 public:
  enum class Verdict : std::uint8_t {
    kFraming,    ///< these bytes are of the size or the end of the line: for the parser
    kExtension,  ///< these bytes are of an extension: ignored
    kEnd,        ///< as kFraming, and the line ends with the last of them
    kBadSize,    ///< the next byte is wrong
    kBadExtension,
  };
  struct Step {
    std::size_t length;
    Verdict verdict;
  };

  /// The next byte begins a line.
  void begin() { state_ = State::kNoDigit; }

  /// Takes bytes, at least one, up to the end of a run of one kind. Their kind does not depend on how the
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
