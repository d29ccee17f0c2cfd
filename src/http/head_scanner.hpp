// SPDX-License-Identifier: MIT
// A second, independent look at the lines of a header section, so that the parser is never the only one to
// decide where a head ends: both must agree. It also refuses what llhttp lets pass on a line (RFC 9112, 2.2,
// 3 and 5.2).
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace majuscule {

class HeadScanner {
 public:
  enum class Verdict : std::uint8_t {
    kMore,            ///< the head goes on behind these bytes
    kEnd,             ///< the head ends with the last byte of `length`
    kNoName,          ///< a line begins with a colon
    kFold,            ///< a line begins with white space: obsolete line folding
    kBareLf,          ///< a line ends without CR
    kBadRequestLine,  ///< a request line that does not end in `HTTP/digit.digit`
    kBadVersion,      ///< one for another version than 1.0 and 1.1
  };
  struct Result {
    std::size_t length;  ///< bytes of the head; for a refusal, those before the offending byte
    Verdict verdict;
  };

  /// Forgets everything: the next byte begins a request line.
  void begin() {
    in_request_line_ = true;
    tail_length_ = 0;
    line_length_ = 0;
    last_ = 0;
  }

  /// Begins behind the last chunk instead: there is no request line.
  void begin_trailers() {
    begin();
    in_request_line_ = false;
  }

  /// Takes the next bytes, split anywhere; the answer does not depend on the splits.
  Result scan(std::string_view bytes);

  bool in_request_line() const { return in_request_line_; }
  /// Without its CRLF; once it is over.
  std::size_t request_line_length() const {
    assert(!in_request_line_);
    return request_line_length_;
  }

 private:
  void keep_tail(std::string_view piece);

  static constexpr std::size_t kVersionLength = sizeof("HTTP/1.1\r") - 1;
  bool in_request_line_ = true;
  char last_ = 0;                 // of the bytes seen so far
  std::uint8_t tail_length_ = 0;  // the end of the request line so far, for the version in it
  std::array<char, kVersionLength> tail_{};
  std::size_t line_length_ = 0;
  std::size_t request_line_length_ = 0;
};

}  // namespace majuscule
