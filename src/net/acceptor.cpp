// SPDX-License-Identifier: MIT
#include "net/acceptor.hpp"

#include <poll.h>

#include <algorithm>
#include <new>

#include "net/tasks.hpp"

namespace majuscule {

void Acceptor::run(const Take& take) {
  std::vector<pollfd> waits = {{server_.stop().fd(), POLLIN, 0}};
  for (const Listener& listener : server_.listeners()) waits.push_back({listener.fd(), POLLIN, 0});
  bool paused = false;
  for (;;) {
    Time next = refusals_.next();
    const Time now = monotonic_now();
    if (paused) next = std::min(next, now + kPause);
    int timeout = -1;
    if (next != kNever)
      timeout = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(next - now).count());
    ::poll(waits.data(), paused ? 1 : waits.size(), std::max(timeout, -1));
    if (server_.stop().requested()) break;
    refusals_.sweep(monotonic_now());
    bool exhausted = false;
    for (Listener& listener : server_.listeners()) exhausted |= !accept_all(listener, take);
    if (exhausted && exhausted_.due(monotonic_now()))
      server_.log().warn("out of descriptors or memory: accepting again when one is free");
    paused = exhausted;
  }
  for (Listener& listener : server_.listeners()) listener.turn_newcomers_away();
  block_thread(Listener::kHandshakeTime);
  for (Listener& listener : server_.listeners()) {
    if (!listener.inherited()) accept_all(listener, take);  // they waited; they are served
    listener.close();
  }
}

bool Acceptor::accept_all(Listener& listener, const Take& take) {
  for (;;) {
    UniqueFd client;
    switch (listener.accept(client, /*non_blocking=*/false)) {
      case AcceptResult::kNobody: return true;
      case AcceptResult::kExhausted: return false;
      case AcceptResult::kAccepted: break;
    }
    try {
      if (take(client, listener.protocol())) continue;
      refusals_.refuse(std::move(client), listener.protocol(), clock_.now());
    } catch (const std::bad_alloc&) {
      return false;
    }
  }
}

}  // namespace majuscule
