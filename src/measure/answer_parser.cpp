// SPDX-License-Identifier: MIT
#include "measure/answer_parser.hpp"

#include <llhttp.h>

namespace majuscule {

struct AnswerParser::Http {
  explicit Http(AnswerParser& parser) : owner(parser) { begin(); }

  llhttp_t llhttp;
  AnswerParser& owner;
  bool message_complete = false;
  bool keep_alive = false;

  void begin() {
    static const llhttp_t kFresh = [] {
      llhttp_t fresh;
      llhttp_init(&fresh, HTTP_RESPONSE, &settings());
      return fresh;
    }();
    llhttp = kFresh;  // cheaper than llhttp_init() for each answer
    llhttp.data = this;
    message_complete = false;
  }

  static Http& of(llhttp_t* llhttp) { return *static_cast<Http*>(llhttp->data); }

  static int on_body(llhttp_t* llhttp, const char* at, std::size_t size) {
    of(llhttp).owner.take_body({at, size});
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
    const int error = llhttp_execute(&http_->llhttp, rest.data(), rest.size());
    if (error == HPE_OK) return Result::kMore;
    if (!http_->message_complete || (error != HPE_PAUSED && error != HPE_PAUSED_UPGRADE))
      return Result::kBroken;
    taken = static_cast<std::size_t>(llhttp_get_error_pos(&http_->llhttp) - bytes.data());
    const int status = http_->llhttp.status_code;
    if (status < 100 || status >= 200) {
      finish();
      return Result::kAnswer;
    }
    http_->begin();  // it only announces the answer proper (RFC 9110, 15.2)
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
  began_ = false;
  answer_.status = http_ ? static_cast<std::uint16_t>(http_->llhttp.status_code) : 0;
  answer_.right_status = !http_ || (answer_.status >= 200 && answer_.status < 300);
  answer_.closes = !http_ || !http_->keep_alive;
  // What came before another connection's answer said what to expect has not been compared.
  if (expected_.body && !expected_.body->starts_with(first_body_)) body_differs_ = true;
  if (!expected_.any_body && !expected_.body && answer_.right_status && body_size_ <= kMostLearned)
    expected_.body = first_body_;
  answer_.right_body =
      expected_.any_body || (expected_.body && !body_differs_ && body_size_ == expected_.body->size());
}

}  // namespace majuscule
