// SPDX-License-Identifier: MIT
#include "blocking/blocking_driver.hpp"

#include <cassert>
#include <new>

#include "base/monotonic.hpp"

namespace majuscule {

void ClientJob::operator()() {
  assert(clients_ != nullptr && client_.fd && permit_);
  clients_->server_.counters().add({.accepted = 1});
  clients_->serve(std::move(client_));
  clients_->server_.counters().add({.closed = 1});
  permit_.reset();
  clients_->registry_.count_out();
}

BlockingClients::BlockingClients(Server& server, BlockingIo& io, Drainer drainer)
    : server_(server), io_(io), drainer_(drainer) {
  if (drainer == Drainer::kServingThread) server.stop().interrupt_waits();
}

bool BlockingClients::take(Accepted& client, const std::function<bool(ClientJob& job)>& start) {
  assert(client.fd);
  ConnectionPermit permit = server_.take_permit();
  if (!permit) return false;
  registry_.count_in();
  ClientJob job(*this, std::move(client), std::move(permit));
  if (start(job)) return true;
  registry_.count_out();
  client = std::move(job).take_client();
  return false;
}

void BlockingClients::serve(Accepted&& client) try {
  BlockingClient(server_, io_, registry_, *this, std::move(client)).run();
} catch (const std::bad_alloc&) {
  server_.log().error("out of memory: connection closed");
}

void BlockingClients::begin_drain() {
  if (drain_.begun()) return;
  drain_.begin(monotonic_now(), server_.drain_timeout());
  for (Listener& listener : server_.listeners()) listener.stop_handshakes();
  server_.announce_drain(registry_.count());
}

void BlockingClients::obey(Drain::Step step) {
  assert(step != Drain::Step::kTakeQueued);
  if (step == Drain::Step::kCloseIdle) {
    const bool also_fresh = drain_.closes(/*fresh=*/true, monotonic_now());
    const bool late_ones = drain_.arrivals_ended() || drainer_ == Drainer::kServingThread;
    registry_.shut_down_idle(also_fresh, also_fresh && late_ones);
  }
  if (step == Drain::Step::kAbort) {
    server_.announce_abort(registry_.count());
    io_.abort_sleeps();
    registry_.shut_down_all();
  }
}

void BlockingClients::client_came() {
  if (drainer_ == Drainer::kAcceptor) drain_.client_came(monotonic_now());
}

// Called between two waits for the only client. The listeners' queues are emptied when it has gone.
void BlockingClients::drain_meanwhile() {
  if (drainer_ != Drainer::kServingThread) return;
  begin_drain();
  for (;;) {
    const Drain::Step step = drain_.take_step(monotonic_now(), /*accepts=*/false);
    if (step == Drain::Step::kNone) return;
    obey(step);
  }
}

void BlockingClients::wait_until_empty() {
  assert(drain_.arrivals_ended());
  registry_.tell_when_empty();
  while (registry_.count() > 0) {
    const Drain::Step step = drain_.take_step(monotonic_now());
    if (step != Drain::Step::kNone) {
      obey(step);
      continue;
    }
    pollfd emptied{registry_.emptied().fd(), POLLIN, 0};
    io_.poll({&emptied, 1}, drain_.next_time());
  }
}

}  // namespace majuscule
