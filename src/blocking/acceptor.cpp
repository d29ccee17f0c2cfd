// SPDX-License-Identifier: MIT
#include "blocking/acceptor.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace majuscule {

void Acceptor::run(DrainedClients& clients) {
  server_.announce_ready();
  accept_until_stopped();
  assert(server_.stop().requested());
  overload_.drain(monotonic_now());
  for (Listener& listener : server_.listeners()) listener.stop_handshakes();
  clients.begin_drain();
  while (!clients.drain().arrivals_ended()) drain_on(clients);
  for (Listener& listener : server_.listeners()) listener.close();
  while (overload_.next() != kNever) drain_on(clients);
}

void Acceptor::accept_until_stopped() {
  std::vector<pollfd> descriptors = {{server_.stop().fd(), POLLIN, 0}};
  if (watch_.fd >= 0) descriptors.push_back({watch_.fd, POLLIN, 0});
  const std::size_t always = descriptors.size();
  for (const Listener& listener : server_.listeners()) descriptors.push_back({listener.fd(), POLLIN, 0});
  bool paused = false;
  for (;;) {
    Time next = overload_.next();
    if (paused) next = std::min(next, monotonic_now() + kPause);
    io_.poll(std::span(descriptors).first(paused ? always : descriptors.size()), next);
    watch_.handle_event();
    if (server_.stop().requested()) return;
    overload_.sweep(monotonic_now());
    paused = false;
    for (Listener& listener : server_.listeners()) {
      AcceptResult result = AcceptResult::kAccepted;
      for (int i = 0; i < kAcceptsAtOnce && result == AcceptResult::kAccepted; ++i) {
        result = accept_one(listener);
        if (server_.stop().requested()) return;
      }
      paused |= report_failure(result, listener);
    }
  }
}

bool Acceptor::report_failure(AcceptResult result, const Listener& listener) {
  const bool exhausted = result == AcceptResult::kExhausted;
  if (exhausted && exhausted_throttle_.admit(monotonic_now())) {
    server_.log().warn("out of descriptors or memory: accepting again when a client leaves");
  }
  const bool failed = result == AcceptResult::kFailed;
  if (failed && failure_throttle_.admit(monotonic_now())) {
    server_.log().error("{}; trying again", listener.failure());
  }
  return exhausted || failed;
}

// Does the next step of the drain, or waits until one is due.
void Acceptor::drain_on(DrainedClients& clients) {
  if (watch_.fd >= 0) watch_.handle_event();
  Drain& drain = clients.drain();
  const Drain::Step step = drain.take_step(monotonic_now());
  switch (step) {
    case Drain::Step::kNone: io_.poll({}, std::min(drain.next_time(), overload_.next())); break;
    case Drain::Step::kTakeQueued: drain.queue_taken(monotonic_now(), !take_queued(clients)); break;
    case Drain::Step::kCloseIdle: clients.obey(step); break;
    case Drain::Step::kAbort:
      clients.obey(step);
      overload_.close_all();
      break;
  }
  overload_.sweep(monotonic_now());
}

// Accepts the clients in the listeners' queues, so that they are served. Returns false when some are left.
bool Acceptor::take_queued(DrainedClients& clients) {
  assert(clients.drain().begun());
  bool exhausted = false;
  for (Listener& listener : server_.listeners()) {
    AcceptResult result = listener.inherited() ? AcceptResult::kQueueEmpty : AcceptResult::kAccepted;
    while (result == AcceptResult::kAccepted) {
      result = accept_one(listener);
      if (result == AcceptResult::kAccepted) clients.client_came();
    }
    exhausted |= result == AcceptResult::kExhausted;
  }
  return !exhausted;
}

AcceptResult Acceptor::accept_one(Listener& listener) {
  Accepted client;
  const AcceptResult result = overload_.accept(listener, client, non_blocking_);
  try {
    if (result == AcceptResult::kAccepted && !take_(client)) {
      overload_.refuse(std::move(client), clock_.now());
    }
  } catch (const std::bad_alloc&) {
    return AcceptResult::kExhausted;
  }
  return result;
}

}  // namespace majuscule
