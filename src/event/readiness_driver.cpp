// SPDX-License-Identifier: MIT
#include "event/readiness_driver.hpp"

#include <sys/socket.h>

#include <new>

#include "event/shared_exchange_pool.hpp"

namespace majuscule {
namespace {

constexpr std::string_view kExhausted = "out of descriptors or memory";

}  // namespace

ReadinessDriver::ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners,
                                 Converse converse, Crew* crew)
    : server_(server),
      poller_(poller),
      listeners_(listeners),
      converse_(converse),
      crew_(crew),
      worker_(server, poller, nullptr),
      pool_(crew == nullptr ? std::make_unique<ExchangePool>(kPooledExchanges)
                            : std::make_unique<SharedExchangePool>(kPooledExchanges)),
      context_(server.context(*pool_)),
      wheel_(now_.time) {}

ReadinessDriver::~ReadinessDriver() {
  sessions_.for_each([this](Session& session) { close(session); });
  for (auto* timer : {&queues_end_, &drain_end_, &fresh_end_, &refusal_end_, &accept_again_}) {
    wheel_.drop(*timer);
  }
}

void ReadinessDriver::accept(Listener& listener) {
  if (server_.stop().requested()) return;  // drain() decides about those who wait
  wake_up();                               // the time of new clients begins now
  AcceptResult result = AcceptResult::kAccepted;
  for (int i = 0; i < kAcceptsAtOnce && result == AcceptResult::kAccepted; ++i) result = accept_one(listener);
  if (result == AcceptResult::kExhausted) pause_accepting(kExhausted);
  if (result == AcceptResult::kFailed) pause_accepting(listener.failure());
  arm();
}

void ReadinessDriver::adopt(Accepted client) {
  if (cut_) return;
  if (draining_) let_fresh_ask();
  if (!admit(std::move(client))) pause_accepting(kExhausted);
  arm();
}

// Takes one client; kExhausted also when memory ran out for it.
AcceptResult ReadinessDriver::accept_one(Listener& listener) {
  Accepted client;
  const AcceptResult result = refusals_.accept(listener, client, /*non_blocking=*/true);
  if (result != AcceptResult::kAccepted) return result;
  return admit(std::move(client)) ? AcceptResult::kAccepted : AcceptResult::kExhausted;
}

// Serves or refuses a client. False when there is no memory for it.
bool ReadinessDriver::admit(Accepted client) try {
  Session* session = nullptr;
  std::unique_ptr<Connection> connection;
  Server::Place place = server_.take_place();
  if (place) {
    connection = make_connection(client, context_, now_);
    session = poller_.add(client.fd);
  }
  if (session == nullptr) {
    refusals_.refuse(std::move(client), now_);
    wheel_.set(refusal_end_, refusals_.next());
    return true;
  }
  server_.ledger().add({.accepted = 1});
  [[maybe_unused]] const auto* const for_close = place.release();
  ++open_;
  session->connection_ = std::move(connection);
  sessions_.push_back(*session);
  wake(*session, Wake::kAccepted);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

void ReadinessDriver::ready(Session& session) {
  if (session.interest_ == Interest::kNone) return;
  if (session.working_) {  // look again when its task is done
    set_interest(session, Interest::kNone);
    return;
  }
  wake(session, Wake::kReady);
  arm();
}

// Goes on with one client's conversation.
void ReadinessDriver::wake(Session& session, Wake why) {
  if (converse_ != nullptr) return resume(session, why);
  if (session.owed_) {
    session.working_ = false;
    session.stage_ = Stage::kReply;
  } else if (why == Wake::kAccepted) {
    session.stage_ = Stage::kWait;
  } else if (why == Wake::kReady && session.interest_ == Interest::kWrite) {
    session.stage_ = Stage::kWrite;
  } else {
    session.stage_ = Stage::kHear;
    session.why_ = why;
  }
  if (crew_ == nullptr || !session.busy()) return serve(session);
  session.working_ = true;
  crew_->take(session);
}

void ReadinessDriver::resume(Session& session, Wake why) {
  bool goes_on = false;
  try {
    if (session.conversation_ == nullptr) session.conversation_ = &converse_(*this, session);
    goes_on = session.conversation_->resume(why);
  } catch (const std::bad_alloc&) {
    server_.log().error("out of memory: a client is let go");
  }
  if (!goes_on) close(session);
}

// The driver's own steps, until the client, its socket or a task must be waited for.
void ReadinessDriver::serve(Session& session) {
  while (session.busy()) {
    if (session.stage_ == Stage::kTask) {
      if (!work(session, session.owed_->task)) return;
      session.stage_ = Stage::kReply;
    }
    worker_.advance(session);
  }
  settle(session);
}

void ReadinessDriver::put_back(Session& session) {
  session.working_ = false;
  settle(session);
  arm();
}

void ReadinessDriver::settle(Session& session) {
  if (session.stage_ == Stage::kGone || cut_ || finished(session)) return close(session);
  if (dismissed(session)) return wake(session, Wake::kDismissed);
  wait(session);
}

void ReadinessDriver::broken(Session& session) {
  session.interest_ = Interest::kNone;
  if (session.working_) return;  // the work goes on, as it does in a thread that cannot know
  close(session);
  arm();
}

// Does what the session was woken for. False when the client is gone, or idle and dismissed.
bool ReadinessDriver::hear(Session& session, Wake why) {
  const bool writes = why == Wake::kReady && session.interest_ == Interest::kWrite;
  return writes ? write(session) : worker_.hear(session, why);
}

// Does the task; one that sleeps is only begun, and the session is woken when it is done: false.
bool ReadinessDriver::work(Session& session, const Task& task) {
  if (task.kind != TaskKind::kSleep) return worker_.work(task);
  wake_up();  // the delay counts from now, not from when the loop woke
  session.working_ = true;
  wheel_.set(session, now_.time + task.duration);
  return false;
}

// Half-closes if it is time to. True when the conversation is over.
bool ReadinessDriver::finished(Session& session) {
  Connection& connection = *session.connection_;
  if (connection.ending() == Ending::kHalfClose) {
    ::shutdown(session.fd(), SHUT_WR);
    connection.half_closed(now_);
  }
  return connection.ending() == Ending::kClose;
}

// Whether the server drains and the client waits for nothing; for a while it may ask, even a first time.
bool ReadinessDriver::dismissed(const Session& session) const {
  const Connection& connection = *session.connection_;
  return idle_dismissed_ && connection.idle() && (!connection.fresh() || fresh_end_.due() <= now_.time);
}

// Wakes the session for what its connection now wants.
void ReadinessDriver::wait(Session& session) {
  const Connection& connection = *session.connection_;
  if (connection.pending_output().size() > 0) {
    set_interest(session, Interest::kWrite);
  } else {
    set_interest(session, connection.wants_input() ? Interest::kRead : Interest::kNone);
  }
  wheel_.set(session, connection.deadline());
}

void ReadinessDriver::expire() {
  armed_ = kNever;
  wheel_.advance(now_.time, [this](TimerWheel::Timer& timer) {
    if (&timer == &queues_end_) return empty_queues();
    if (&timer == &drain_end_) return cut();
    if (&timer == &fresh_end_) return dismiss_idle();
    if (&timer == &refusal_end_) {
      refusals_.sweep(now_.time);
      wheel_.set(refusal_end_, refusals_.next());
    } else if (&timer == &accept_again_) {
      accepting_ = true;
      if (!draining_) poller_.set_accepting(true);
    } else {
      Session& session = static_cast<Session&>(timer);
      if (crew_ == nullptr || !session.working_) wake(session, Wake::kDue);
    }
  });
  arm();
}

void ReadinessDriver::close(Session& session) {
  wheel_.drop(session);
  sessions_.remove(session);
  if (session.conversation_ != nullptr) session.conversation_->destroy();
  session.connection_.reset();
  if (draining_) discard_input(session.fd());
  server_.ledger().add({.closed = 1});
  server_.give_back_place();
  --open_;
  poller_.remove(session);
  if (!accepting_) wheel_.set(accept_again_, now_.time);
}

void ReadinessDriver::set_interest(Session& session, Interest interest) {
  if (session.interest_ == interest) return;
  session.interest_ = interest;
  poller_.set_interest(session, interest);
}

// Those who are connected are served on, and the next one is taken when one has gone, or a moment later.
void ReadinessDriver::pause_accepting(std::string_view reason) {
  if (!accepting_ || draining_) return;
  accepting_ = false;
  if (pausing_.due(now_.time)) {
    server_.log().warn("{}; {} clients are connected, accepting again in a moment", reason, open_);
  }
  poller_.set_accepting(false);
  wheel_.set(accept_again_, now_.time + kAcceptPause);
}

void ReadinessDriver::arm() {
  const Time next = wheel_.next();
  if (next == armed_) return;
  armed_ = next;
  poller_.set_timer(next);
}

}  // namespace majuscule
