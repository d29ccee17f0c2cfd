// SPDX-License-Identifier: MIT
#include "event/readiness_driver.hpp"

#include <sys/socket.h>

#include <cassert>
#include <new>

#include "base/system_calls.hpp"
#include "event/shared_request_context_pool.hpp"

namespace majuscule {
namespace {

constexpr std::string_view kExhausted = "out of descriptors or memory";

}  // namespace

ReadinessDriver::ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners,
                                 Serving& serving)
    : server_(server),
      poller_(poller),
      listeners_(listeners),
      serving_(serving),
      steps_(server, poller),
      pool_(serving.on_other_threads() ? std::make_unique<SharedRequestContextPool>(kPooledExchanges)
                                       : std::make_unique<RequestContextPool>(kPooledExchanges)),
      context_(server.context(*pool_)),
      wheel_(now().time) {}

ReadinessDriver::~ReadinessDriver() {
  sessions_.for_each([this](Session& session) { close(session); });
  for (auto* timer : {&drain_timer_, &refusal_timer_, &accept_timer_}) wheel_.drop(*timer);
}

void ReadinessDriver::accept(Listener& listener) {
  wake_up();  // the deadlines of new clients start now
  AcceptResult result = AcceptResult::kAccepted;
  for (int i = 0; i < kAcceptsAtOnce && result == AcceptResult::kAccepted; ++i) {
    if (server_.stop().requested()) break;  // from here on drain() decides about clients in the queue
    result = accept_one(listener);
  }
  if (result == AcceptResult::kExhausted) pause_accepting(kExhausted);
  if (result == AcceptResult::kFailed) pause_accepting(listener.failure());
  arm();
}

void ReadinessDriver::add_accepted(Accepted client) {
  assert(client.fd);
  if (drain_.aborted()) return;
  if (!admit(std::move(client))) pause_accepting(kExhausted);
  arm();
}

// Accepts one client. Also returns kExhausted when memory ran out for it.
AcceptResult ReadinessDriver::accept_one(Listener& listener) {
  Accepted client;
  const AcceptResult result = overload_.accept(listener, client, /*non_blocking=*/true);
  if (result != AcceptResult::kAccepted) return result;
  return admit(std::move(client)) ? AcceptResult::kAccepted : AcceptResult::kExhausted;
}

// Serves or refuses a client. Returns false when out of memory.
bool ReadinessDriver::admit(Accepted client) try {
  if (drain_.begun()) drain_.client_came(now().time);  // before it could count as one whose time is up
  Session* session = nullptr;
  std::unique_ptr<Connection> connection;
  ConnectionPermit permit = server_.take_permit();
  if (permit) {
    connection = make_connection(client, context_, now());
    session = poller_.add(client.fd);
  }
  if (session == nullptr) {
    overload_.refuse(std::move(client), now());
    wheel_.set(refusal_timer_, overload_.next());
    return true;
  }
  server_.counters().add({.accepted = 1});
  permits_.add(std::move(permit));
  session->connection = std::move(connection);
  sessions_.push_back(*session);
  resume(*session, Wake::kAccepted);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

void ReadinessDriver::ready(Session& session) {
  if (session.interest == Interest::kNone) return;
  if (session.phase != Phase::kWaits) {  // checked again when its task is done
    set_interest(session, Interest::kNone);
    return;
  }
  resume(session, Wake::kReady);
  arm();
}

void ReadinessDriver::resume(Session& session, Wake why) {
  assert(session.phase == Phase::kWaits);
  try {
    serving_.resume(*this, session, why);
  } catch (const std::bad_alloc&) {
    server_.log().error("out of memory: connection closed");
    close(session);
  }
}

bool ReadinessDriver::read_input(Session& session, Wake why) {
  assert(session.phase == Phase::kWaits);
  if (why == Wake::kAccepted) return !poller_.reads_first() || steps_.read(session);
  if (why == Wake::kReady && session.interest == Interest::kWrite) return true;
  return steps_.read_input(session, why);
}

void ReadinessDriver::sleep(Session& session, Duration duration) {
  assert(session.phase == Phase::kWaits);
  wake_up();  // the delay starts now, not when the loop woke
  session.phase = Phase::kSleeps;
  wheel_.set(session, now().time + duration);
}

bool ReadinessDriver::finish(Session& session) const {
  Connection& connection = *session.connection;
  if (connection.ending() == Ending::kHalfClose) {
    sys::shutdown(session.fd.get(), SHUT_WR);
    connection.half_closed(now());
  }
  return connection.ending() == Ending::kClose;
}

bool ReadinessDriver::closes(const Session& session) const {
  const Connection& connection = *session.connection;
  return connection.idle() && drain_.closes(connection.fresh(), now().time);
}

bool ReadinessDriver::watch(Session& session) {
  assert(session.phase == Phase::kWaits);
  const Connection& connection = *session.connection;
  Interest interest = connection.wants_input() ? Interest::kRead : Interest::kNone;
  if (connection.pending_output().size() > 0) interest = Interest::kWrite;
  if (!set_interest(session, interest)) {
    server_.log().error("out of memory: connection closed");
    return false;
  }
  wheel_.set(session, connection.deadline());
  return true;
}

void ReadinessDriver::settle(Session& session) {
  if (finish(session)) return close(session);
  if (closes(session)) return resume(session, Wake::kClosing);
  if (!watch(session)) close(session);
}

void ReadinessDriver::give_back(Session& session) {
  assert(session.phase == Phase::kExecutes && !session.busy());
  session.phase = Phase::kWaits;
  if (session.stage == Stage::kGone || drain_.aborted()) {
    close(session);
  } else {
    settle(session);
  }
  arm();
}

void ReadinessDriver::broken(Session& session) {
  session.interest = Interest::kNone;
  if (session.phase != Phase::kWaits) return;  // the task goes on, as it would on a separate thread
  close(session);
  arm();
}

void ReadinessDriver::expire() {
  armed_ = kNever;
  wheel_.advance(now().time, [this](TimerWheel::Timer& timer) {
    if (&timer == &drain_timer_) return obey_drain();
    if (&timer == &refusal_timer_) {
      overload_.sweep(now().time);
      wheel_.set(refusal_timer_, overload_.next());
    } else if (&timer == &accept_timer_) {
      accepting_ = true;
      if (!drain_.begun()) poller_.set_accepting(true);
    } else {
      Session& session = static_cast<Session&>(timer);
      if (session.phase == Phase::kExecutes) return;
      const bool slept = session.phase == Phase::kSleeps;
      session.phase = Phase::kWaits;
      resume(session, slept ? Wake::kSlept : Wake::kDue);
    }
  });
  arm();
}

void ReadinessDriver::close(Session& session) {
  assert(session.phase != Phase::kExecutes);
  wheel_.drop(session);
  sessions_.remove(session);
  if (session.coroutine != nullptr) session.coroutine->destroy();
  session.connection.reset();
  if (drain_.begun()) discard_input(session.fd.get());
  server_.counters().add({.closed = 1});
  permits_.give_back_one();
  poller_.remove(session);
  assert(sessions_.empty() == (open() == 0));
  if (!accepting_) wheel_.set(accept_timer_, now().time);
}

bool ReadinessDriver::set_interest(Session& session, Interest interest) {
  if (session.interest == interest) return true;
  session.interest = interest;
  return poller_.set_interest(session, interest);
}

// Connected clients are still served. Accepting goes on when one has gone, or after a moment.
void ReadinessDriver::pause_accepting(std::string_view reason) {
  if (!accepting_ || drain_.begun()) return;
  accepting_ = false;
  if (pause_throttle_.admit(now().time)) {
    server_.log().warn("{}: pausing accept with {} clients connected", reason, open());
  }
  poller_.set_accepting(false);
  wheel_.set(accept_timer_, now().time + kAcceptPause);
}

void ReadinessDriver::drain() {
  wake_up();
  drain_.begin(now().time, server_.options().drain_timeout);
  if (!listeners_.empty()) server_.announce_drain(open());
  poller_.set_accepting(false);
  for (Listener& listener : listeners_) listener.stop_handshakes();
  overload_.drain(now().time);
  obey_drain();
  arm();
}

void ReadinessDriver::obey_drain() {
  assert(drain_.begun());
  for (;;) {
    switch (drain_.take_step(now().time)) {
      case Drain::Step::kCloseIdle: close_idle(); break;
      case Drain::Step::kTakeQueued: take_queued(); break;
      case Drain::Step::kAbort: abort(); break;
      case Drain::Step::kNone: wheel_.set(drain_timer_, drain_.next_time()); return;
    }
  }
}

// Reads from each idle client once more: a request that has just arrived is answered with `Connection: close`
// and not lost.
void ReadinessDriver::close_idle() {
  sessions_.for_each([this](Session& session) {
    if (session.phase == Phase::kWaits && closes(session)) resume(session, Wake::kClosing);
  });
}

// Clients in the listeners' queues are served.
void ReadinessDriver::take_queued() {
  bool exhausted = false;
  for (Listener& listener : listeners_) {
    AcceptResult result = listener.inherited() ? AcceptResult::kQueueEmpty : AcceptResult::kAccepted;
    while (result == AcceptResult::kAccepted) result = accept_one(listener);
    exhausted |= result == AcceptResult::kExhausted;
  }
  if (listeners_.empty()) return;  // the mode calls end_arrivals()
  drain_.queue_taken(now().time, exhausted);
  if (drain_.arrivals_ended()) end_arrivals();
}

void ReadinessDriver::end_arrivals() {
  drain_.end_arrivals();
  for (Listener& listener : listeners_) listener.close();
}

void ReadinessDriver::abort() {
  for (Listener& listener : listeners_) listener.close();
  overload_.close_all();
  if (open() > 0) server_.announce_abort(open());
  sessions_.for_each([this](Session& session) {
    if (session.phase == Phase::kExecutes) {
      sys::shutdown(session.fd.get(), SHUT_RDWR);  // closed when the executor gives it back
    } else {
      close(session);
    }
  });
  serving_.abort_tasks();
}

void ReadinessDriver::arm() {
  const Time next = wheel_.next();
  if (next == armed_) return;
  armed_ = next;
  poller_.set_timer(next);
}

}  // namespace majuscule
