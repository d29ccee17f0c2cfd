// SPDX-License-Identifier: MIT
#include "net/refusals.hpp"

#include <sys/socket.h>

#include "core/connection.hpp"
#include "net/socket_io.hpp"

namespace majuscule {

void Refusals::refuse(UniqueFd client, Protocol protocol, const Instant& now) {
  if (refusing_.due(now.time)) {
    server_.log().warn("refusing clients: --max-connections={} are there, or no more can be served",
                       server_.max_connections());
  }
  if (protocol == Protocol::kRaw) {
    server_.ledger().add({.refused = 1});
    return;
  }
  const std::string answer = refusal_answer(now.date);
  server_.ledger().add({.status = 503, .refused = 1, .bytes_out = answer.size()});
  ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(client.get(), SHUT_WR);
  if (held_.size() == kMost) let_go_of_oldest();
  held_.push_back({std::move(client), now.time + kHold});
}

AcceptResult Refusals::accept(const Listener& listener, UniqueFd& client, bool non_blocking) {
  const AcceptResult result = listener.accept(client, non_blocking);
  if (result != AcceptResult::kExhausted || held_.empty()) return result;
  let_go_of_oldest();
  return listener.accept(client, non_blocking);
}

void Refusals::sweep(Time now) {
  while (!held_.empty() && held_.front().until <= now) let_go_of_oldest();
}

void Refusals::let_go_of_oldest() {
  discard_input(held_.front().client.get());
  held_.pop_front();
}

}  // namespace majuscule
