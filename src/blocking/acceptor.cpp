// SPDX-License-Identifier: MIT
#include "blocking/acceptor.hpp"

#include <algorithm>
#include <new>

namespace majuscule {

Acceptor::~Acceptor() {
  while (refusals_.next() != kNever) {
    waits_.poll({}, refusals_.next());
    refusals_.sweep(monotonic_now());
  }
}

void Acceptor::run(const std::function<void()>& make_room) {
  server_.announce_ready();
  accept_until_stopped();
  refusals_.drain(monotonic_now());
  empty_queues(make_room);
  for (Listener& listener : server_.listeners()) listener.close();
}

void Acceptor::accept_until_stopped() {
  std::vector<pollfd> doors = {{server_.stop().fd(), POLLIN, 0}};
  if (concern_.fd >= 0) doors.push_back({concern_.fd, POLLIN, 0});
  const std::size_t always = doors.size();
  for (const Listener& listener : server_.listeners()) doors.push_back({listener.fd(), POLLIN, 0});
  bool paused = false;
  for (;;) {
    Time next = refusals_.next();
    if (paused) next = std::min(next, monotonic_now() + kPause);
    waits_.poll(std::span(doors).first(paused ? always : doors.size()), next);
    concern_.attend();
    if (server_.stop().requested()) return;
    refusals_.sweep(monotonic_now());
    paused = false;
    for (Listener& listener : server_.listeners()) {
      AcceptResult result = AcceptResult::kAccepted;
      for (int i = 0; i < kAcceptsAtOnce && result == AcceptResult::kAccepted; ++i) {
        result = accept_one(listener);
        if (server_.stop().requested()) return;
      }
      paused |= must_pause(result, listener);
    }
  }
}

bool Acceptor::must_pause(AcceptResult result, const Listener& listener) {
  const bool exhausted = result == AcceptResult::kExhausted;
  if (exhausted && exhausted_.due(monotonic_now())) {
    server_.log().warn("out of descriptors or memory: accepting again when one is free");
  }
  const bool failed = result == AcceptResult::kFailed;
  if (failed && failing_.due(monotonic_now())) server_.log().error("{}; trying again", listener.failure());
  return exhausted || failed;
}

// They waited, so they are served: when their handshakes have ended, and there is room for them.
void Acceptor::empty_queues(const std::function<void()>& make_room) {
  const Time end = monotonic_now() + server_.options().drain_timeout;
  for (Listener& listener : server_.listeners()) listener.turn_newcomers_away();
  bool exhausted = false;
  do {
    const Time settled = monotonic_now() + Listener::kHandshakeTime;
    while (monotonic_now() < settled) waits_.poll({}, settled);
    make_room();
    refusals_.sweep(monotonic_now());
    exhausted = false;
    for (Listener& listener : server_.listeners()) {
      AcceptResult result = listener.inherited() ? AcceptResult::kNobody : AcceptResult::kAccepted;
      while (result == AcceptResult::kAccepted) result = accept_one(listener);
      exhausted |= result == AcceptResult::kExhausted;
    }
  } while (exhausted && monotonic_now() < end);
}

AcceptResult Acceptor::accept_one(Listener& listener) {
  Accepted client;
  const AcceptResult result = refusals_.accept(listener, client, /*non_blocking=*/false);
  try {
    if (result == AcceptResult::kAccepted && !take_(client)) {
      refusals_.refuse(std::move(client), clock_.now());
    }
  } catch (const std::bad_alloc&) {
    return AcceptResult::kExhausted;
  }
  return result;
}

}  // namespace majuscule
