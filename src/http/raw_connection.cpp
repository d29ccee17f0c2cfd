// SPDX-License-Identifier: MIT
#include "http/raw_connection.hpp"

#include <algorithm>
#include <cassert>

#include "http/log_line.hpp"

namespace majuscule {

RawConnection::RawConnection(ConnectionContext& context, const Instant& now, std::string peer)
    : Connection(context, std::move(peer)) {
  deadline_ = now.time + std::min(context.limits.header_timeout, context.limits.idle_timeout);
}

void RawConnection::receive(std::string_view bytes, const Instant& now) {
  assert(wants_input() && bytes.size() <= kLargestRead);
  if (phase_ == Phase::kLingering) deadline_ = lingering_.extend(now);
  if (phase_ != Phase::kWaiting || bytes.empty()) return;
  context_.counters.add({.bytes_in = bytes.size()});
  linger_ = bytes.size() >= kLargestMessage;
  message_ = std::make_unique<Message>();
  message_->request.body = bytes.substr(0, kLargestMessage);
  phase_ = Phase::kReady;
  deadline_ = kNever;
}

void RawConnection::end_of_input(const Instant&) {
  linger_ = false;
  if (phase_ == Phase::kWaiting || phase_ == Phase::kLingering) phase_ = Phase::kClosed;
}

Request* RawConnection::next_request(const Instant&) {
  if (phase_ != Phase::kReady && phase_ != Phase::kHandling) return nullptr;
  phase_ = Phase::kHandling;
  return &message_->request;
}

void RawConnection::respond(Reply&& reply, const Instant& now) {
  assert(phase_ == Phase::kHandling && message_);
  context_.counters.add({.requests = reply.counts ? 1U : 0U, .bytes_out = reply.body.size()});
  if (context_.access_log) {
    context_.access_log->write(log_line({.peer = peer(),
                                         .unix_seconds = now.unix_seconds,
                                         .request_line = "RAW",
                                         .status = reply.status,
                                         .body_size = reply.body.size(),
                                         .referer = {},
                                         .user_agent = {}}));
  }
  std::string& body = message_->request.body;
  body = std::move(reply.body);
  phase_ = body.empty() ? Phase::kClosed : Phase::kAnswering;
}

Output RawConnection::pending_output() const {
  if (phase_ != Phase::kAnswering) return {};
  return {{std::string_view(message_->request.body).substr(message_->sent), {}}};
}

void RawConnection::sent(std::size_t count, const Instant& now) {
  assert(count <= pending_output().size());
  if (phase_ != Phase::kAnswering) return;
  message_->sent += count;
  if (!message_->is_sent()) {
    if (deadline_ == kNever) deadline_ = now.time + context_.limits.write_timeout;
  } else {
    deadline_ = kNever;
    if (!linger_) phase_ = Phase::kClosed;
  }
}

Ending RawConnection::ending() const {
  if (phase_ == Phase::kClosed) return Ending::kClose;
  return phase_ == Phase::kAnswering && message_->is_sent() ? Ending::kHalfClose : Ending::kNone;
}

void RawConnection::half_closed(const Instant& now) {
  assert(ending() == Ending::kHalfClose);
  phase_ = Phase::kLingering;
  deadline_ = lingering_.begin(now);
  message_.reset();
}

void RawConnection::expire([[maybe_unused]] const Instant& now) {
  assert(deadline_ <= now.time);
  if (phase_ != Phase::kLingering) context_.counters.add({.timed_out = 1});
  phase_ = Phase::kClosed;
}

}  // namespace majuscule
