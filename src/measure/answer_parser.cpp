// SPDX-License-Identifier: MIT
#include "measure/answer_parser.hpp"

#include <cassert>

#include <llhttp.h>

#include "http/chunk_line.hpp"

namespace majuscule {

struct AnswerParser::Http {
  explicit Http(AnswerParser& parser) : owner(parser) { begin(); }

  llhttp_t llhttp;
  AnswerParser& owner;
  bool message_complete = false;
  bool keep_alive = false;
  bool in_chunks = false;        // between the head and the trailers of a chunked answer
  std::uint64_t chunk_left = 0;  // bytes left of the current chunk, with its CRLF; 0: in a size line
  ChunkLine line;
  const char* wrong = nullptr;  // an error that llhttp does not detect

  void begin() {
    static const llhttp_t kFresh = [] {
      llhttp_t fresh;
      llhttp_init(&fresh, HTTP_RESPONSE, &settings());
      return fresh;
    }();
    llhttp = kFresh;  // cheaper than llhttp_init() for each answer
    llhttp.data = this;
    message_complete = false;
    in_chunks = false;
    wrong = nullptr;
  }

  /// Runs llhttp over all the bytes, without chunk extensions, unless it returns an error; `end` is then the
  /// end of the bytes it consumed.
  int execute(std::string_view bytes, const char*& end) {
    while (!bytes.empty()) {
      ChunkLine::Step step{bytes.size(), ChunkLine::Verdict::kFraming};
      if (in_chunks && chunk_left == 0) step = line.take(bytes);
      if (in_chunks && chunk_left > 0 && chunk_left < step.length)
        step.length = static_cast<std::size_t>(chunk_left);
      switch (step.verdict) {
        case ChunkLine::Verdict::kExtension: break;
        case ChunkLine::Verdict::kBadSize: wrong = "Invalid character in chunk size"; return HPE_USER;
        case ChunkLine::Verdict::kBadExtension:
          wrong = "Invalid character in chunk extension";
          return HPE_USER;
        case ChunkLine::Verdict::kEnd: line.begin(); [[fallthrough]];
        case ChunkLine::Verdict::kFraming:
          const bool within_chunk = in_chunks && chunk_left > 0;
          const bool was_in_chunks = in_chunks;
          const int error = llhttp_execute(&llhttp, bytes.data(), step.length);
          if (error == HPE_PAUSED && in_chunks && !was_in_chunks) {
            step.length = static_cast<std::size_t>(llhttp_get_error_pos(&llhttp) - bytes.data());
            llhttp_resume(&llhttp);
          } else if (error != HPE_OK) {
            end = llhttp_get_error_pos(&llhttp);
            return error;
          }
          if (within_chunk) {
            assert(step.length <= chunk_left);
            chunk_left -= step.length;
          }
      }
      bytes.remove_prefix(step.length);
    }
    return HPE_OK;
  }

  static Http& of(llhttp_t* llhttp) { return *static_cast<Http*>(llhttp->data); }

  static int on_body(llhttp_t* llhttp, const char* at, std::size_t size) {
    of(llhttp).owner.take_body({at, size});
    return 0;
  }
  /// An answer without a body has none whatever its fields say (RFC 9112, 6.3). llhttp stops where chunks
  /// begin, since their size lines are checked first.
  static int on_headers_complete(llhttp_t* llhttp) {
    if (llhttp->status_code < 200 || llhttp->status_code == 204 || llhttp->status_code == 304) return 1;
    if ((llhttp->flags & F_CHUNKED) == 0) return 0;
    Http& http = of(llhttp);
    http.in_chunks = true;
    http.chunk_left = 0;
    http.line.begin();
    return HPE_PAUSED;
  }
  static int on_chunk_header(llhttp_t* llhttp) {
    Http& http = of(llhttp);
    if (llhttp->content_length == 0) {  // trailers follow
      http.in_chunks = false;
    } else if (llhttp->content_length > UINT64_MAX - 2) {
      return -1;
    } else {
      http.chunk_left = llhttp->content_length + 2;
    }
    return 0;
  }
  static int on_message_complete(llhttp_t* llhttp) {
    Http& http = of(llhttp);
    http.message_complete = true;
    http.keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t kSettings = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      s.on_body = on_body;
      s.on_headers_complete = on_headers_complete;
      s.on_chunk_header = on_chunk_header;
      s.on_message_complete = on_message_complete;
      return s;
    }();
    return kSettings;
  }
};

AnswerParser::AnswerParser(Expectation& expected)
    : expected_(expected), http_(expected.raw ? nullptr : std::make_unique<Http>(*this)) {
  begin();
}

AnswerParser::~AnswerParser() = default;

void AnswerParser::begin() {
  if (http_) http_->begin();
  answer_ = {};
  body_size_ = 0;
  body_differs_ = false;
  began_ = false;
  first_body_.clear();
}

AnswerParser::Result AnswerParser::feed(std::string_view bytes, std::size_t& taken) {
  assert(!bytes.empty());
  taken = 0;
  while (taken < bytes.size()) {
    if (!began_) begin();
    began_ = true;
    const auto rest = bytes.substr(taken);
    taken = bytes.size();
    if (!http_) {
      take_body(rest);
      return Result::kMore;
    }
    const char* end = nullptr;
    const int error = http_->execute(rest, end);
    if (error == HPE_OK) return Result::kMore;
    if (!http_->message_complete || (error != HPE_PAUSED && error != HPE_PAUSED_UPGRADE))
      return Result::kBroken;
    taken = static_cast<std::size_t>(end - bytes.data());
    const int status = http_->llhttp.status_code;
    if (status < 100 || status >= 200) {
      finish();
      return Result::kAnswer;
    }
    http_->begin();  // an interim response before the final one (RFC 9110, 15.2)
  }
  return Result::kMore;
}

AnswerParser::Result AnswerParser::end() {
  if (!began_) return Result::kMore;
  if (http_) {
    llhttp_finish(&http_->llhttp);
    if (!http_->message_complete) return Result::kMore;
  }
  finish();
  return Result::kAnswer;
}

std::string AnswerParser::why() const {
  if (!http_) return "not an answer";
  if (http_->wrong != nullptr) return http_->wrong;
  const std::string_view reason = http_->llhttp.reason == nullptr ? "" : http_->llhttp.reason;
  return std::string(reason.empty() ? "not HTTP" : reason);
}

void AnswerParser::take_body(std::string_view piece) {
  const std::size_t before = body_size_;
  body_size_ += piece.size();
  if (expected_.any_body) return;
  if (expected_.body) {
    body_differs_ = body_differs_ || before > expected_.body->size() ||
                    expected_.body->compare(before, piece.size(), piece) != 0;
  } else if (body_size_ <= kMostLearned) {
    first_body_.append(piece);
  }
}

void AnswerParser::finish() {
  assert(began_);
  began_ = false;
  answer_.status = http_ ? static_cast<std::uint16_t>(http_->llhttp.status_code) : 0;
  answer_.right_status = !http_ || (answer_.status >= 200 && answer_.status < 300);
  answer_.closes = !http_ || !http_->keep_alive;
  // The bytes received before the first answer defined the expected body are compared now.
  if (expected_.body && !expected_.body->starts_with(first_body_)) body_differs_ = true;
  if (!expected_.any_body && !expected_.body && answer_.right_status && body_size_ <= kMostLearned)
    expected_.body = first_body_;
  answer_.right_body =
      expected_.any_body || (expected_.body && !body_differs_ && body_size_ == expected_.body->size());
}

}  // namespace majuscule
