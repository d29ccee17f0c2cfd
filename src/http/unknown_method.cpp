// SPDX-License-Identifier: MIT
#include "http/unknown_method.hpp"

#include <cassert>

#include "http/characters.hpp"

namespace majuscule {
bool UnknownMethodLine::may_begin_with(char c) { return kTokenBytes.has(c) || c == ' '; }

UnknownMethodLine::Verdict UnknownMethodLine::feed(std::string_view bytes, std::size_t& taken) {
  for (taken = 0; taken < bytes.size();) {
    const Verdict verdict = step(bytes[taken++]);
    if (verdict != Verdict::kMore) return verdict;
  }
  return Verdict::kMore;
}

UnknownMethodLine::Verdict UnknownMethodLine::step(char c) {
  constexpr std::string_view kVersion = "HTTP/1.?\r\n";
  bool good = false;
  switch (state_) {
    case State::kMethod:
      good = kTokenBytes.has(c) || c == ' ';
      if (c == ' ') state_ = State::kTargetBegin;
      break;
    case State::kTargetBegin:
      good = c > ' ' && c < 0x7f;
      state_ = State::kTarget;
      break;
    case State::kTarget:
      good = c >= ' ' && c < 0x7f;
      if (c == ' ') state_ = State::kVersion;
      break;
    case State::kVersion: {
      assert(version_bytes_ < kVersion.size());
      const char expected = kVersion[version_bytes_++];
      good = expected == '?' ? c == '0' || c == '1' : c == expected;
      if (good && version_bytes_ == kVersion.size()) return Verdict::kWellFormed;
    }
  }
  return good ? Verdict::kMore : Verdict::kMalformed;
}

}  // namespace majuscule
