// SPDX-License-Identifier: MIT
#include "net/readiness_driver.hpp"

#include <sys/socket.h>

#include <new>
#include <utility>

#include "net/tasks.hpp"

namespace majuscule {

ReadinessDriver::ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners,
                                 Converse converse)
    : server_(server),
      poller_(poller),
      listeners_(listeners),
      converse_(converse),
      clock_(server.stop()),
      now_(clock_.now()),
      context_(server.context(pool_)),
      wheel_(now_.time),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadSize)) {}

ReadinessDriver::~ReadinessDriver() {
  while (sessions_ != nullptr) close(*sessions_);
  for (auto* timer : {&queues_end_, &drain_end_, &fresh_end_, &refusal_end_, &accept_again_}) {
    wheel_.drop(*timer);
  }
}

void ReadinessDriver::accept(Listener& listener) {
  if (server_.stop().requested()) return;  // drain() decides about those who wait
  wake_up();                               // the time of new clients begins now
  AcceptResult result = AcceptResult::kAccepted;
  for (int i = 0; i < kAcceptsAtOnce && result == AcceptResult::kAccepted; ++i) result = accept_one(listener);
  if (result == AcceptResult::kExhausted) pause_accepting();
  arm();
}

void ReadinessDriver::adopt(UniqueFd client, Protocol protocol) {
  if (!admit(std::move(client), protocol)) pause_accepting();
  if (draining_) let_fresh_ask();
  arm();
}

// Takes one client; kExhausted also when memory ran out for it.
AcceptResult ReadinessDriver::accept_one(Listener& listener) {
  UniqueFd client;
  const AcceptResult result = refusals_.accept(listener, client, /*non_blocking=*/true);
  if (result != AcceptResult::kAccepted) return result;
  return admit(std::move(client), listener.protocol()) ? AcceptResult::kAccepted : AcceptResult::kExhausted;
}

// Serves or refuses a client. False when there is no memory for it.
bool ReadinessDriver::admit(UniqueFd client, Protocol protocol) try {
  Session* session = nullptr;
  std::unique_ptr<Connection> connection;
  if (open_ < server_.max_connections()) {
    connection = make_connection(protocol, context_, now_, client.get());
    session = poller_.add(client);
  }
  if (session == nullptr) {
    refusals_.refuse(std::move(client), protocol, now_);
    wheel_.set(refusal_end_, refusals_.next());
    return true;
  }
  server_.ledger().add({.accepted = 1});
  ++open_;
  session->connection_ = std::move(connection);
  session->next_ = sessions_;
  if (sessions_ != nullptr) sessions_->previous_ = session;
  sessions_ = session;
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

// Goes on with one client's conversation. Without the memory for it that client is let go, and nobody else.
void ReadinessDriver::wake(Session& session, Wake why) {
  bool goes_on = false;
  try {
    if (converse_ == nullptr) {
      goes_on = proceed(session, why);
    } else {
      if (session.conversation_ == nullptr) session.conversation_ = &converse_(*this, session);
      goes_on = session.conversation_->resume(why);
    }
  } catch (const std::bad_alloc&) {
    server_.log().error("out of memory: a client is let go");
  }
  if (!goes_on) close(session);
}

void ReadinessDriver::broken(Session& session) {
  session.interest_ = Interest::kNone;
  if (session.working_) return;  // the work goes on, as it does in a thread that cannot know
  close(session);
  arm();
}

// One read. False when the client is gone.
bool ReadinessDriver::read(Session& session) {
  const auto [result, bytes] = poller_.receive(session, buffer_.get(), kReadSize);
  switch (result) {
    case IoResult::kDone: session.connection_->receive(bytes, now_); break;
    case IoResult::kEnd: session.connection_->end_of_input(now_); break;
    case IoResult::kLater: break;
    case IoResult::kGone: return false;
  }
  return true;
}

// One write, if there is anything to write. False when the client is gone.
bool ReadinessDriver::write(Session& session) {
  const Output output = session.connection_->pending_output();
  if (output.size() == 0) return true;
  std::size_t count = 0;
  if (poller_.send(session, output, count) == IoResult::kGone) return false;
  session.connection_->sent(count, now_);
  return true;
}

// Does what the session was woken for. False when the client is gone, or idle and dismissed.
bool ReadinessDriver::hear(Session& session, Wake why) {
  Connection& connection = *session.connection_;
  switch (why) {
    case Wake::kAccepted: break;
    case Wake::kReady: return session.interest_ == Interest::kWrite ? write(session) : read(session);
    case Wake::kDue:
      // What has arrived in time counts, however late this thread comes to look.
      if (connection.wants_input() && !read(session)) return false;
      if (connection.deadline() <= now_.time) connection.expire(now_);
      break;
    case Wake::kDismissed: return read(session) && !connection.idle();
  }
  return true;
}

// The driver's own conversation: serves whole requests until the client, its socket or a task must be waited
// for. False when it is over.
bool ReadinessDriver::proceed(Session& session, Wake why) {
  Connection& connection = *session.connection_;
  if (session.owed_) {
    session.working_ = false;
    connection.respond(std::move(*std::exchange(session.owed_, nullptr)), now_);
  } else if (!hear(session, why)) {
    return false;
  }
  do {
    while (Request* request = connection.next_request(now_)) {
      Outcome outcome = server_.service().handle(*request, now_);
      if (outcome.task.kind != TaskKind::kNone) {
        if (!write(session)) return false;  // earlier replies do not wait for this one's task
        if (!work(session, outcome.task)) {
          session.owed_ = std::make_unique<Reply>(std::move(outcome.reply));
          return true;
        }
      }
      connection.respond(std::move(outcome.reply), now_);
    }
    if (connection.pending_output().size() == 0) break;
    if (!write(session)) return false;
  } while (connection.pending_output().size() == 0);
  if (finished(session)) return false;
  if (dismissed(session)) return proceed(session, Wake::kDismissed);
  wait(session);
  return true;
}

// Does the task; one that sleeps is only begun, and the session is woken when it is done: false.
bool ReadinessDriver::work(Session& session, const Task& task) {
  if (task.kind != TaskKind::kSleep) {
    poller_.flush();
    occupy_thread(task);
  }
  wake_up();  // the delay counts from now, not from when the loop woke
  if (task.kind != TaskKind::kSleep) return true;
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

// Whether the server drains and the client waits for nothing.
bool ReadinessDriver::dismissed(const Session& session) const {
  return draining_ && session.connection_->idle() && !session.connection_->fresh();
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
    if (&timer == &fresh_end_) {
      for (Session *s = sessions_, *next = nullptr; s != nullptr; s = next) {
        next = s->next_;
        if (s->connection_->fresh()) wake(*s, Wake::kDismissed);
      }
    } else if (&timer == &refusal_end_) {
      refusals_.sweep(now_.time);
      wheel_.set(refusal_end_, refusals_.next());
    } else if (&timer == &accept_again_) {
      accepting_ = true;
      if (!draining_) poller_.set_accepting(true);
    } else {
      wake(static_cast<Session&>(timer), Wake::kDue);
    }
  });
  arm();
}

void ReadinessDriver::drain() {
  draining_ = true;
  now_ = clock_.now();
  if (!listeners_.empty()) server_.announce_drain(open_);
  poller_.set_accepting(false);
  for (Listener& listener : listeners_) listener.turn_newcomers_away();
  wheel_.set(queues_end_, now_.time + Listener::kHandshakeTime);
  wheel_.set(drain_end_, now_.time + server_.options().drain_timeout);
  wheel_.set(fresh_end_, now_.time + kFreshGrace);
  arm();
}

// Not at once: whoever asks again just now is told to close, and is not cut off with a request on its way.
void ReadinessDriver::let_idle_go() {
  for (Session *s = sessions_, *next = nullptr; s != nullptr; s = next) {
    next = s->next_;
    if (dismissed(*s)) wake(*s, Wake::kDismissed);
  }
}

// They waited, so they are served: when their handshakes have ended, and there is room for them.
void ReadinessDriver::empty_queues() {
  let_idle_go();
  bool exhausted = false;
  for (Listener& listener : listeners_) {
    AcceptResult result = listener.inherited() ? AcceptResult::kNobody : AcceptResult::kAccepted;
    while (result == AcceptResult::kAccepted) result = accept_one(listener);
    exhausted |= result == AcceptResult::kExhausted;
  }
  if (exhausted) {
    wheel_.set(queues_end_, now_.time + Listener::kHandshakeTime);
  } else if (!listeners_.empty()) {
    end_arrivals();
  }
  let_fresh_ask();
}

// Draining: whoever has come only now has time to ask, too.
void ReadinessDriver::let_fresh_ask() {
  if (fresh_end_.due() <= now_.time) wheel_.set(fresh_end_, now_.time + kFreshGrace);
}

void ReadinessDriver::end_arrivals() {
  listening_ = false;
  for (Listener& listener : listeners_) listener.close();
}

void ReadinessDriver::cut() {
  wheel_.drop(queues_end_);
  end_arrivals();
  refusals_.sweep(kNever);
  if (open_ > 0) server_.log().warn("the drain timeout has passed: {} clients are cut", open_);
  while (sessions_ != nullptr) close(*sessions_);
}

void ReadinessDriver::close(Session& session) {
  wheel_.drop(session);
  if (session.previous_ != nullptr) session.previous_->next_ = session.next_;
  if (session.next_ != nullptr) session.next_->previous_ = session.previous_;
  if (sessions_ == &session) sessions_ = session.next_;
  if (session.conversation_ != nullptr) session.conversation_->destroy();
  session.connection_.reset();
  if (draining_) discard_input(session.fd());
  server_.ledger().add({.closed = 1});
  --open_;
  poller_.remove(session);
  if (!accepting_) wheel_.set(accept_again_, now_.time);
}

void ReadinessDriver::set_interest(Session& session, Interest interest) {
  if (session.interest_ == interest) return;
  session.interest_ = interest;
  poller_.set_interest(session, interest);
}

// Out of descriptors: those who are connected are served on, and the next one is taken when one has gone.
void ReadinessDriver::pause_accepting() {
  if (!accepting_ || draining_) return;
  accepting_ = false;
  if (exhausted_.due(now_.time)) {
    server_.log().warn("out of descriptors or memory with {} clients: accepting again when one is free",
                       open_);
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
