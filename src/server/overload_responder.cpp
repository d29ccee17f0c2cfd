// SPDX-License-Identifier: MIT
#include "server/overload_responder.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>

#include "base/system_calls.hpp"
#include "http/connection.hpp"
#include "http/log_line.hpp"
#include "server/socket_io.hpp"

namespace majuscule {

void OverloadResponder::refuse(Accepted client, const Instant& now) {
  assert(client.fd);
  if (refusal_throttle_.admit(now.time)) {
    server_.log().warn("refusing clients: --max-connections={} reached, or no thread or process for another",
                       server_.max_connections());
  }
  if (client.protocol == Protocol::kRaw) {
    server_.counters().add({.refused = 1});
    return;
  }
  const std::string answer = refusal_answer(now.date);
  server_.counters().add({.status = 503, .refused = 1, .bytes_out = answer.size()});
  if (server_.access_log() != nullptr) log(client, now);
  sys::send(client.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  sys::shutdown(client.fd.get(), SHUT_WR);
  if (held_.size() == kMost) close_oldest();
  if (held_.empty()) next_sweep_ = now.time + kBetweenSweeps;
  const Duration most = now.draining ? kHoldInDrain : Connection::kLingerTime;
  held_.push_back({std::move(client.fd), now.time + most, now.time + Connection::kLingerPause});
}

// The request was not read, so the line has none.
void OverloadResponder::log(const Accepted& client, const Instant& now) const {
  const std::string peer = client.peer.host();
  server_.access_log()->write(log_line({.peer = peer,
                                        .unix_seconds = now.unix_seconds,
                                        .request_line = {},
                                        .status = 503,
                                        .body_size = refusal_body_size(),
                                        .referer = {},
                                        .user_agent = {}}));
}

AcceptResult OverloadResponder::accept(Listener& listener, Accepted& client, bool non_blocking) {
  const AcceptResult result = listener.accept(client, non_blocking);
  if (result != AcceptResult::kExhausted || held_.empty()) return result;
  close_oldest();
  return listener.accept(client, non_blocking);
}

void OverloadResponder::sweep(Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + kBetweenSweeps;
  std::erase_if(held_, [now](Held& held) {
    switch (discard_some(held.client.get())) {
      case IoResult::kDone: held.silent = now + Connection::kLingerPause; break;
      case IoResult::kLater: break;
      case IoResult::kEnd:
      case IoResult::kGone: return true;
    }
    return std::min(held.end, held.silent) <= now;
  });
}

void OverloadResponder::drain(Time now) {
  for (Held& held : held_) held.end = std::min(held.end, now + kHoldInDrain);
}

void OverloadResponder::close_all() {
  while (!held_.empty()) close_oldest();
}

void OverloadResponder::close_oldest() {
  assert(!held_.empty() && held_.size() <= kMost);
  discard_input(held_.front().client.get());
  held_.pop_front();
}

}  // namespace majuscule
