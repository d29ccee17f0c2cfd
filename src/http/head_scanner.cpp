// SPDX-License-Identifier: MIT
#include "http/head_scanner.hpp"

#include <algorithm>
#include <cassert>

#include "http/characters.hpp"

namespace majuscule {
namespace {

HeadScanner::Verdict check_version(std::string_view line_end) {
  const bool well_formed = line_end.size() == sizeof("HTTP/1.1") && line_end.starts_with("HTTP/") &&
                           is_digit(line_end[5]) && line_end[6] == '.' && is_digit(line_end[7]);
  if (!well_formed) return HeadScanner::Verdict::kBadRequestLine;
  const bool supported = line_end[5] == '1' && line_end[7] <= '1';
  return supported ? HeadScanner::Verdict::kMore : HeadScanner::Verdict::kBadVersion;
}

}  // namespace

HeadScanner::Result HeadScanner::scan(std::string_view bytes) {
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    if (line_length_ == 0 && !in_request_line_) {
      if (bytes[begin] == ' ' || bytes[begin] == '\t') return {begin, Verdict::kFold};
      if (bytes[begin] == ':') return {begin, Verdict::kNoName};
      const bool empty = bytes.size() - begin >= 2 && bytes[begin] == '\r' && bytes[begin + 1] == '\n';
      if (empty) return {begin + 2, Verdict::kEnd};
    }
    const std::size_t lf = bytes.find('\n', begin);
    if (lf == std::string_view::npos) {
      const auto piece = bytes.substr(begin);
      last_ = piece.back();
      line_length_ += piece.size();
      if (in_request_line_) keep_tail(piece);
      break;
    }
    const auto piece = bytes.substr(begin, lf - begin);
    const std::size_t length = line_length_ + piece.size();
    if ((piece.empty() ? last_ : piece.back()) != '\r') return {lf, Verdict::kBareLf};
    if (in_request_line_) {
      if (piece.size() < kVersionLength) keep_tail(piece);
      const Verdict verdict =
          check_version(piece.size() < kVersionLength ? std::string_view(tail_.data(), tail_length_)
                                                      : piece.substr(piece.size() - kVersionLength));
      if (verdict != Verdict::kMore) return {lf, verdict};
      in_request_line_ = false;
      assert(length >= kVersionLength);
      request_line_length_ = length - 1;
    } else if (length == 1) {  // the CR alone
      return {lf + 1, Verdict::kEnd};
    }
    line_length_ = 0;
    last_ = '\n';
    begin = lf + 1;
  }
  return {bytes.size(), Verdict::kMore};
}

void HeadScanner::keep_tail(std::string_view piece) {
  piece.remove_prefix(piece.size() - std::min(piece.size(), kVersionLength));
  const std::size_t kept = std::min<std::size_t>(tail_length_, kVersionLength - piece.size());
  std::copy(tail_.begin() + tail_length_ - kept, tail_.begin() + tail_length_, tail_.begin());
  assert(kept + piece.size() <= kVersionLength);
  piece.copy(tail_.data() + kept, piece.size());
  tail_length_ = static_cast<std::uint8_t>(kept + piece.size());
}

}  // namespace majuscule
