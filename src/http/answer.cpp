// SPDX-License-Identifier: MIT
#include "http/answer.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

#include "http/connection.hpp"

namespace majuscule {
namespace {

/// Builds a head on the stack: fixed parts are copied by a few inlined moves, and the whole is appended at
/// once. A longer text than usual is appended to `out` directly, after what was there before it.
class HeadWriter {
 public:
  explicit HeadWriter(std::string& out) : out_(out) {}

  template <std::size_t N>
  void put(const char (&text)[N]) {
    assert(has_room(N - 1));
    std::memcpy(end_, text, N - 1);
    end_ += N - 1;
  }
  void put_text(std::string_view text) {
    if (text.size() > kLongestText) {
      flush();
      out_.append(text);
    } else {
      assert(has_room(text.size()));
      end_ += text.copy(end_, text.size());
    }
  }
  /// For a text that nearly always has this length.
  template <std::size_t N>
  void put_usual(std::string_view text) {
    static_assert(N <= kLongestText);
    if (text.size() != N) return put_text(text);
    assert(has_room(N));
    std::memcpy(end_, text.data(), N);
    end_ += N;
  }
  void put_number(std::size_t number) {
    assert(has_room(20));
    end_ = std::to_chars(end_, end_ + 20, number).ptr;
  }
  void flush() {
    out_.append(buffer_, static_cast<std::size_t>(end_ - buffer_));
    end_ = buffer_;
  }

 private:
  bool has_room(std::size_t size) const { return end_ + size <= buffer_ + sizeof buffer_; }

  static constexpr std::size_t kLongestText =
      64;  // kept in the buffer: of a reason phrase, a date, a content type
  std::string& out_;
  char buffer_[3 * kLongestText + 256];  // and at most 256 bytes of fixed parts and numbers
  char* end_ = buffer_;
};

}  // namespace

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non-Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 511: return "Network Authentication Required";
    default: return {};
  }
}

void append_head(std::string& out, const Reply& reply, std::string_view date, Persistence persistence) {
  HeadWriter head(out);
  if (reply.status == 200) {
    head.put("HTTP/1.1 200 OK\r\nDate: ");
  } else {
    head.put("HTTP/1.1 ");
    head.put_number(reply.status);
    head.put(" ");
    head.put_text(reason_phrase(reply.status));
    head.put("\r\nDate: ");
  }
  head.put_usual<29>(date);
  if (may_have_body(reply.status)) {
    if (!reply.body.empty() && !reply.content_type.empty()) {
      head.put("\r\nContent-Type: ");
      head.put_usual<kPlainText.size()>(reply.content_type);
    }
    head.put("\r\nContent-Length: ");
    head.put_number(reply.body.size());
  } else if (reply.status == 205) {
    head.put("\r\nContent-Length: 0");
  }
  head.put("\r\n");
  if (persistence == Persistence::kClose) head.put("Connection: close\r\n");
  if (persistence == Persistence::kKeepAlive) head.put("Connection: keep-alive\r\n");
  if (reply.fields.empty()) {
    head.put("\r\n");
    head.flush();
  } else {
    head.flush();
    out.append(reply.fields).append("\r\n");
  }
}

Reply error_reply(std::uint16_t status, std::string_view reason) {
  assert(status >= 400 && may_have_body(status));
  Reply reply;
  reply.status = status;
  reply.body.append(std::to_string(status))
      .append(" ")
      .append(reason_phrase(status))
      .append(": ")
      .append(reason)
      .append("\n");
  return reply;
}

namespace {

constexpr std::string_view kTooMany = "too many connections";

Reply retry_later_reply(std::string_view reason) {
  Reply reply = error_reply(503, reason);
  reply.fields = "Retry-After: 1\r\n";
  return reply;
}

}  // namespace

Reply failure_reply(const Request& request) {
  Reply reply = error_reply(500, "the service failed");
  reply.close = true;
  if (request.method == Method::kRaw) reply.body.clear();
  return reply;
}

Reply overload_reply(const Request& request) {
  Reply reply = retry_later_reply("too many requests wait");
  if (request.method == Method::kRaw) reply.body.clear();
  return reply;
}

std::size_t refusal_body_size() { return retry_later_reply(kTooMany).body.size(); }

std::string refusal_answer(std::string_view date) {
  const Reply reply = retry_later_reply(kTooMany);
  std::string out;
  append_head(out, reply, date, Persistence::kClose);
  return out + reply.body;
}

}  // namespace majuscule
