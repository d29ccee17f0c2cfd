// SPDX-License-Identifier: MIT
#include "support/conversation.hpp"

#include <algorithm>

namespace majuscule::test {

Reply echo(const Request& request) {
  Reply reply;
  reply.counts = true;
  if (request.method == Method::kRaw) {
    reply.body = request.body;
    return reply;
  }
  reply.body.append(request.method_name)
      .append(" ")
      .append(request.path())
      .append("?")
      .append(request.query());
  reply.body.append(" ").append(request.body);
  return reply;
}

// The bytes are invalid when receive() returns, as in a buffer that serves many connections.
void Conversation::receive(std::string_view bytes) {
  const auto buffer = std::make_unique<char[]>(bytes.size());
  bytes.copy(buffer.get(), bytes.size());
  connection_->receive({buffer.get(), bytes.size()}, now());
  std::fill_n(buffer.get(), bytes.size(), '#');
}

bool Conversation::answer_one() {
  Request* const request = connection_->next_request(now());
  if (request == nullptr) return false;
  connection_->respond(answer_(*request), now());
  return true;
}

std::string Conversation::pending() const {
  const Output output = connection_->pending_output();
  return std::string(output.pieces[0]).append(output.pieces[1]);
}

std::string Conversation::write(std::size_t most) {
  const std::string written = pending().substr(0, most);
  connection_->sent(written.size(), now());
  output_ += written;
  return written;
}

void Conversation::settle(std::size_t most) {
  for (bool again = true; again;) {
    again = false;
    while (answer_one()) again = true;
    for (; connection_->pending_output().size() > 0; again = true) write(most);
  }
  if (connection_->ending() == Ending::kHalfClose) {
    half_closed_ = true;
    half_close();
  }
}

void Conversation::play(std::string_view bytes, std::size_t most) {
  if (!connection_->wants_input() || bytes.empty()) return;
  receive(bytes);
  settle(most);
}

Duration Conversation::patience() const {
  return connection_->deadline() == kNever ? Duration::max() : connection_->deadline() - time_;
}

std::string answer_text(std::string_view status_line, std::string_view body, std::string_view fields) {
  std::string text("HTTP/1.1 ");
  text.append(status_line).append("\r\nDate: ").append(kDate);
  if (!body.empty()) text.append("\r\nContent-Type: text/plain; charset=utf-8");
  text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append(fields).append("\r\n").append(body);
}

}  // namespace majuscule::test
