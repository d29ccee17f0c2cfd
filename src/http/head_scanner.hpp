// SPDX-License-Identifier: MIT
// Scans the lines of a header section independently of the parser: both must agree where the head ends. Also
// refuses lines that llhttp accepts wrongly (RFC 9112, 2.2, 3 and 5.2).
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
    kMore,            ///< the head continues after these bytes
    kEnd,             ///< the head ends with the last byte of `length`
    kNoName,          ///< a line begins with a colon
    kFold,            ///< a line begins with white space: obsolete line folding
    kBareLf,          ///< a line ends without CR
    kBadRequestLine,  ///< the request line does not end in `HTTP/digit.digit`
    kBadVersion,      ///< another version than 1.0 and 1.1
  };
  struct Result {
    std::size_t length;  ///< bytes of the head; for a refusal, those before the wrong byte
    Verdict verdict;
  };

  /// Resets: the next byte begins a request line.
  void begin() {
    in_request_line_ = true;
    tail_length_ = 0;
    line_length_ = 0;
    last_ = 0;
  }

  /// Resets for trailers, after the last chunk: there is no request line.
  void begin_trailers() {
    begin();
    in_request_line_ = false;
  }

  /// Takes the next bytes. The result does not depend on how they are split.
  Result scan(std::string_view bytes);

  bool in_request_line() const { return in_request_line_; }
  /// Returns the length without CRLF, once the line is complete.
  std::size_t request_line_length() const {
    assert(!in_request_line_);
    return request_line_length_;
  }

 private:
  void keep_tail(std::string_view piece);

  static constexpr std::size_t kVersionLength = sizeof("HTTP/1.1\r") - 1;
  bool in_request_line_ = true;
  char last_ = 0;                 // of the bytes seen so far
  std::uint8_t tail_length_ = 0;  // the end of the request line so far, to check its version
  std::array<char, kVersionLength> tail_{};
  std::size_t line_length_ = 0;
  std::size_t request_line_length_ = 0;
};

}  // namespace majuscule
