// SPDX-License-Identifier: MIT
// The answers of one connection, out of its bytes: HTTP by llhttp, or the raw protocol, whose only answer
// ends with the connection. Every answer is checked: its status, and its body to the byte. No sockets, no
// clocks. The only file beside the server's parser that includes llhttp is this one's .cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace majuscule {

/// What every answer of a run must be. Shared by its connections.
struct Expectation {
  bool raw = false;       ///< the raw protocol: no status, ends with the connection
  bool any_body = false;  ///< the body is not looked at
  /// None: that of the first good answer, which is put here.
  std::optional<std::string> body = std::nullopt;
};

/// The largest body that can be learned from a first answer, in bytes.
inline constexpr std::size_t kMostLearned = 16 * 1024 * 1024;

/// What an answer was, once it is whole.
struct Answer {
  std::uint16_t status = 0;  ///< 0 in the raw protocol
  bool right_status = false;
  bool right_body = false;
  bool closes = false;  ///< the connection carries no further answer
};

class AnswerParser {
 public:
  enum class Result : std::uint8_t {
    kMore,    ///< all bytes taken, the answer is not whole
    kAnswer,  ///< answer() is whole; `taken` may be less than there was
    kBroken,  ///< not the protocol: why() says more
  };

  /// `expected` outlives the parser.
  explicit AnswerParser(Expectation& expected);
  ~AnswerParser();
  AnswerParser(const AnswerParser&) = delete;
  AnswerParser& operator=(const AnswerParser&) = delete;

  /// For a new connection.
  void begin();
  /// Takes bytes up to the end of an answer. Never called with none.
  Result feed(std::string_view bytes, std::size_t& taken);
  /// The peer will send no more: may be what ends an answer. kMore: it was not whole, or had not begun.
  Result end();

  const Answer& answer() const { return answer_; }
  /// A part of an answer has arrived.
  bool within_answer() const { return began_; }
  /// llhttp's name for what is wrong.
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
  std::string first_body_;  // while it is not known what to expect
};

}  // namespace majuscule
