// SPDX-License-Identifier: MIT
#include "core/answer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/connection.hpp"

namespace majuscule {
namespace {

/// A head in the making, on the stack: its fixed parts are copied by a few inlined moves, and it is appended
/// at once.
class HeadWriter {
 public:
  template <std::size_t N>
  void put(const char (&text)[N]) {
    std::memcpy(end_, text, N - 1);
    end_ += N - 1;
  }
  void put_text(std::string_view text) { end_ += text.copy(end_, std::min(text.size(), kLongestText)); }
  /// A text that nearly always has this length.
  template <std::size_t N>
  void put_usual(std::string_view text) {
    if (text.size() != N) return put_text(text);
    std::memcpy(end_, text.data(), N);
    end_ += N;
  }
  void put_number(std::size_t number) { end_ = std::to_chars(end_, end_ + 20, number).ptr; }
  std::string_view text() const { return {buffer_, static_cast<std::size_t>(end_ - buffer_)}; }

 private:
  static constexpr std::size_t kLongestText = 64;  // of a reason phrase, a date, a content type: of each
  char buffer_[3 * kLongestText + 256];            // and at most 256 of fixed parts and numbers
  char* end_ = buffer_;
};

}  // namespace

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

void append_head(std::string& out, const Reply& reply, std::string_view date, Persistence persistence) {
  HeadWriter head;
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
  if (!reply.body.empty()) {
    head.put("\r\nContent-Type: ");
    head.put_usual<kPlainText.size()>(reply.content_type);
  }
  head.put("\r\nContent-Length: ");
  head.put_number(reply.body.size());
  head.put("\r\n");
  if (persistence == Persistence::kClose) head.put("Connection: close\r\n");
  if (persistence == Persistence::kKeepAlive) head.put("Connection: keep-alive\r\n");
  if (reply.fields.empty()) {
    head.put("\r\n");
    out.append(head.text());
  } else {
    out.append(head.text()).append(reply.fields).append("\r\n");
  }
}

Reply error_reply(std::uint16_t status, std::string_view reason) {
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

Reply come_back_reply(std::string_view reason) {
  Reply reply = error_reply(503, reason);
  reply.fields = "Retry-After: 1\r\n";
  return reply;
}

}  // namespace

Reply overload_reply(const Request& request) {
  Reply reply = come_back_reply("too many requests wait");
  if (request.method == Method::kRaw) reply.body.clear();
  return reply;
}

std::string refusal_answer(std::string_view date) {
  const Reply reply = come_back_reply("too many connections");
  std::string out;
  append_head(out, reply, date, Persistence::kClose);
  return out + reply.body;
}

}  // namespace majuscule
