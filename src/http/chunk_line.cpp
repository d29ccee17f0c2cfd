// SPDX-License-Identifier: MIT
#include "http/chunk_line.hpp"

#include <cassert>

#include "http/characters.hpp"

namespace majuscule {
namespace {

constexpr bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
/// Characters of a quoted string, with or without a backslash before them (RFC 9110, 5.6.4).
constexpr bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= ' ' && byte != 0x7f);
}

}  // namespace

/// Moves on by a byte that is not of the framing. Returns false if the byte is an error.
bool ChunkLine::advance(char c) {
  const auto go = [this](State to) {
    state_ = to;
    return true;
  };
  const bool token = kTokenBytes.has(c);
  switch (state_) {
    case State::kSize:
    case State::kBlankBehindSize:
    case State::kBehindQuotes:
    case State::kBlankBehindValue:
      if (is_blank(c))
        return go(state_ == State::kSize || state_ == State::kBlankBehindSize ? State::kBlankBehindSize
                                                                              : State::kBlankBehindValue);
      return c == ';' && go(State::kBeforeName);
    case State::kBeforeName: return is_blank(c) || (token && go(State::kName));
    case State::kName:
      if (token) return true;
      [[fallthrough]];
    case State::kBlankBehindName:
      if (is_blank(c)) return go(State::kBlankBehindName);
      if (c == '=') return go(State::kBeforeValue);
      return c == ';' && go(State::kBeforeName);
    case State::kBeforeValue:
      if (is_blank(c)) return true;
      if (c == '"') return go(State::kQuoted);
      return token && go(State::kToken);
    case State::kToken:
      if (token) return true;
      if (is_blank(c)) return go(State::kBlankBehindValue);
      return c == ';' && go(State::kBeforeName);
    case State::kQuoted:
      if (c == '"') return go(State::kBehindQuotes);
      if (c == '\\') return go(State::kEscaped);
      return is_text(c);
    case State::kEscaped: return is_text(c) && go(State::kQuoted);
    case State::kNoDigit:
    case State::kLf: break;
  }
  return false;
}

ChunkLine::Step ChunkLine::take(std::string_view bytes) {
  assert(!bytes.empty());
  std::size_t at = 0;
  if (state_ == State::kNoDigit || state_ == State::kSize) {
    while (at < bytes.size() && is_hex(bytes[at])) {
      state_ = State::kSize;
      ++at;
    }
    if (at > 0) return {at, Verdict::kFraming};
    if (state_ == State::kNoDigit) return {0, Verdict::kBadSize};
  }
  if (state_ == State::kLf) {
    return bytes[0] == '\n' ? Step{1, Verdict::kEnd} : Step{0, Verdict::kBadSize};
  }
  const bool may_end = state_ == State::kSize || state_ == State::kName || state_ == State::kToken ||
                       state_ == State::kBehindQuotes;
  if (bytes[0] == '\r' && may_end) {
    state_ = State::kLf;
    return {1, Verdict::kFraming};
  }
  while (at < bytes.size() && bytes[at] != '\r' && advance(bytes[at])) ++at;
  if (at > 0) return {at, Verdict::kExtension};
  return {0, state_ == State::kSize || state_ == State::kBlankBehindSize ? Verdict::kBadSize
                                                                         : Verdict::kBadExtension};
}

}  // namespace majuscule
