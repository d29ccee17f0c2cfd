// SPDX-License-Identifier: MIT
// How the readiness driver drains: who waits to be accepted is served, the idle are let go, what is left at
// the drain timeout is cut.
#include <sys/socket.h>

#include "event/readiness_driver.hpp"

namespace majuscule {

void ReadinessDriver::drain() {
  draining_ = true;
  wake_up();
  if (!listeners_.empty()) server_.announce_drain(open_);
  poller_.set_accepting(false);
  for (Listener& listener : listeners_) listener.turn_newcomers_away();
  refusals_.drain(now_.time);
  wheel_.set(queues_end_, now_.time + Listener::kHandshakeTime);
  wheel_.set(drain_end_, now_.time + server_.options().drain_timeout);
  wheel_.set(fresh_end_, now_.time + kFreshGrace);
  arm();
}

// Not at once: whoever asks again just now is told to close, and is not cut off with a request on its way.
void ReadinessDriver::dismiss_idle() {
  idle_dismissed_ = true;
  sessions_.for_each([this](Session& session) {
    if (!session.working_ && dismissed(session)) wake(session, Wake::kDismissed);
  });
}

// They waited, so they are served: when their handshakes have ended, and there is room for them.
void ReadinessDriver::empty_queues() {
  dismiss_idle();
  let_fresh_ask();
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
  cut_ = true;
  wheel_.drop(queues_end_);
  if (!listeners_.empty()) end_arrivals();
  refusals_.close_all();
  if (open_ > 0) server_.log().warn("the drain timeout has passed: {} clients are cut", open_);
  sessions_.for_each([this](Session& session) {
    if (crew_ == nullptr || !session.working_) {
      close(session);
    } else {
      ::shutdown(session.fd(), SHUT_RDWR);  // and closed when it is put back
    }
  });
  if (crew_ != nullptr) crew_->cut();
}

}  // namespace majuscule
