// SPDX-License-Identifier: MIT
// Parses the answers on one connection: HTTP with llhttp, or the raw protocol, whose only answer ends with
// the connection. Checks the status and every byte of the body of each answer. No sockets, no clocks. Besides
// the server's parser, only this .cpp includes llhttp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace majuscule {

/// What every answer of a run must be. All connections share it.
struct Expectation {
  bool raw = false;       ///< the raw protocol: no status, ends with the connection
  bool any_body = false;  ///< the body is not checked
  /// None: the body of the first good answer, which is stored here.
  std::optional<std::string> body = std::nullopt;
};

/// The largest body that a first answer can define, in bytes.
inline constexpr std::size_t kMostLearned = 16 * 1024 * 1024;

/// A complete answer.
struct Answer {
  std::uint16_t status = 0;  ///< 0 in the raw protocol
  bool right_status = false;
  bool right_body = false;
  bool closes = false;  ///< the connection carries no further answer
};

class AnswerParser {
 public:
  enum class Result : std::uint8_t {
    kMore,    ///< all bytes were consumed, and the answer is incomplete
    kAnswer,  ///< answer() is complete; `taken` may be less than the input
    kBroken,  ///< not the protocol: see why()
  };

  /// `expected` must outlive the parser.
  explicit AnswerParser(Expectation& expected);
  ~AnswerParser();
  AnswerParser(const AnswerParser&) = delete;
  AnswerParser& operator=(const AnswerParser&) = delete;

  /// Resets for a new connection.
  void begin();
  /// Consumes bytes up to the end of an answer. The input must not be empty.
  Result feed(std::string_view bytes, std::size_t& taken);
  /// The peer has closed its side, which may end an answer. Returns kMore if the answer was incomplete or had
  /// not begun.
  Result end();

  const Answer& answer() const { return answer_; }
  /// Returns whether a part of an answer has arrived.
  bool within_answer() const { return began_; }
  /// Returns llhttp's name of the error.
  std::string why() const;

 private:
  struct Http;

  void take_body(std::string_view piece);
  void finish();

  Expectation& expected_;
  std::unique_ptr<Http> http_;
  Answer answer_;
  std::size_t body_size_ = 0;
  bool body_differs_ = false;
  bool began_ = false;
  std::string first_body_;  // while the expected body is unknown
};

}  // namespace majuscule
