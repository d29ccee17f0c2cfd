// SPDX-License-Identifier: MIT
// Parses one HTTP/1.x request from a stream of bytes: llhttp with every limit and framing rule around it.
// Only its .cpp includes llhttp. Nothing is parsed after the end of the request or after an error.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "http/chunk_line.hpp"
#include "http/head_scanner.hpp"
#include "http/request_rules.hpp"
#include "http/unknown_method.hpp"
#include "majuscule/options.hpp"
#include "majuscule/request.hpp"

namespace majuscule {

class RequestParser {
 public:
  enum class State : std::uint8_t { kHead, kUnknownMethod, kBody, kComplete, kRefused };

  /// Writes into `request`, which must outlive it.
  explicit RequestParser(Request& request);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Resets and clears the request: the next byte begins a request. `limits` must outlive the parsing.
  void begin(const Limits& limits);

  /// Parses; returns how many bytes it consumed: all, unless it ends in kComplete or kRefused. The outcome
  /// does not depend on how the stream is split.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  /// The reason of kRefused; none in any other state.
  Refusal refusal() const { return refusal_; }
  /// Returns true once when the client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1).
  bool take_expectation() { return std::exchange(continue_expected_, false); }

 private:
  struct Parser;  // llhttp and its callbacks

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  std::size_t feed_chunk(std::string_view bytes);
  std::size_t feed_unknown_method(std::string_view bytes);
  void head_complete();
  void note_method();
  void refuse(std::uint16_t status, std::string_view reason);
  void refuse_parse_error(int error, std::string_view behind);

  Request& request_;
  const Limits* limits_ = nullptr;
  std::unique_ptr<Parser> parser_;
  HeadScanner scanner_;
  ChunkLine chunk_line_;
  UnknownMethodLine unknown_method_;
  State state_ = State::kHead;
  Refusal refusal_;
  bool continue_expected_ = false;
  std::size_t overhead_ = 0;  // raw bytes of this head, or of the body since its last content byte
};

/// Returns the version of llhttp in this build, such as "8.1.0".
std::string llhttp_version();

}  // namespace majuscule
