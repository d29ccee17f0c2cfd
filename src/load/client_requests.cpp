// SPDX-License-Identifier: MIT
// The client's requests: who sends which, when, and how they leave.
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "base/monotonic.hpp"
#include "load/client.hpp"

namespace majuscule {
namespace {

/// Intended to be sent when it is sent: the next request of a closed loop.
constexpr Time kAtOnce = Time::min();

}  // namespace

/// Sends what the schedule says is due, as long as somebody is free.
void Client::dispatch(Time now) {
  if (!supply_ || dispatching_) return;
  dispatching_ = true;
  while (!free_.empty()) {
    Slot& slot = *free_.front();
    if (room(slot) == 0) {  // lost meanwhile
      slot.queued = false;
      free_.pop_front();
      continue;
    }
    const auto intended = supply_->take(now);
    if (!intended && !supply_->over(now)) break;
    free_.pop_front();
    slot.queued = false;
    if (!intended) {
      leave(slot);
      continue;
    }
    const Time possible = std::max(*intended, slot.free_since);
    if (*intended < slot.free_since) ++record_.held_up;
    assign(slot, *intended, now);
    if (slot.state == Slot::State::kResting) continue;
    const bool open = slot.state == Slot::State::kOpen;
    if (open) stamp(slot, monotonic_now());
    if (supply_->measured(*intended)) {
      record_.lateness.record((open ? slot.from_newest(0).sent : slot.connect_began) - possible);
    }
    if (open) flush(slot);
    if (room(slot) > 0 && !slot.queued) {
      slot.queued = true;
      free_.push_back(&slot);
    }
  }
  dispatching_ = false;
}

/// One that can take a request, or several: the next ones in a closed loop, a place in the queue in an open
/// one.
void Client::make_free(Slot& slot, Time now) {
  slot.free_since = now;
  if (!supply_) return;
  if (open_loop()) {
    if (!slot.queued) free_.push_back(&slot);
    slot.queued = true;
    return dispatch(now);
  }
  while (room(slot) > 0) {
    const auto intended = supply_->take(now);
    if (!intended) break;
    assign(slot, *intended, now);
  }
  if (slot.state == Slot::State::kOpen) flush(slot);
  if (supply_->over(now)) leave(slot);
}

/// Makes room at the server for those whom it lets wait: there is nothing more to ask.
void Client::leave(Slot& slot) {
  if (slot.state == Slot::State::kOpen && slot.flights() == 0) close(slot);
}

std::uint64_t Client::room(const Slot& slot) const {
  if (slot.state == Slot::State::kClosed) return slot.waiting ? 0 : 1;
  if (slot.state != Slot::State::kOpen) return 0;
  const std::uint64_t left = plan_.requests_per_connection.value_or(UINT64_MAX) - slot.begun;
  return std::min<std::uint64_t>(left, plan_.pipeline - slot.flights());
}

void Client::assign(Slot& slot, Time intended, Time now) {
  assert(room(slot) > 0);
  ++outstanding_;
  Flight flight{intended, kNever, supply_->measured(intended)};
  if (slot.state == Slot::State::kOpen) {
    if (!open_loop()) flight.intended = kAtOnce;
    return begin(slot, flight);
  }
  slot.waiting = flight;
  connect(slot, now);
}

void Client::begin(Slot& slot, const Flight& flight) const {
  assert(slot.state == Slot::State::kOpen);
  slot.push(flight);
  ++slot.begun;
  ++slot.unstamped;
  slot.unsent += request_size_;
}

/// Hands over all that the kernel takes.
void Client::flush(Slot& slot) {
  assert(slot.state == Slot::State::kOpen);
  if (slot.unsent == 0) return;
  if (slot.unstamped > 0) stamp(slot, monotonic_now());
  while (slot.unsent > 0) {
    const std::size_t offset = (request_size_ - slot.unsent % request_size_) % request_size_;
    const std::size_t size = std::min(slot.unsent, batch_.size() - offset);
    const ssize_t sent = ::send(slot.fd.get(), batch_.data() + offset, size, MSG_NOSIGNAL);
    if (sent >= 0) {
      slot.unsent -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return cannot_write(slot, errno);
    }
  }
  set_timer(slot);
}

/// Unless what has arrived by then is the answer to it, that of a server that did not want to read it all.
void Client::cannot_write(Slot& slot, int error) {
  ssize_t size = 1;
  while (slot.state == Slot::State::kOpen && slot.flights() > 0 && size > 0) {
    size = ::recv(slot.fd.get(), input_.data(), input_.size(), 0);
    if (size > 0) take_bytes(slot, {input_.data(), static_cast<std::size_t>(size)}, monotonic_now());
  }
  if (slot.state == Slot::State::kOpen && size == 0 && slot.parser.within_answer()) {
    ended(slot, monotonic_now());
  }
  if (slot.state == Slot::State::kOpen) lose(slot, Failure::kWrite, in_words(error), monotonic_now());
}

void Client::stamp(Slot& slot, Time now) {
  assert(slot.unstamped <= slot.flights());
  for (; slot.unstamped > 0; --slot.unstamped) {
    Flight& flight = slot.from_newest(slot.unstamped - 1);
    flight.sent = now;
    if (flight.intended == kAtOnce) flight.intended = now;
  }
}

void Client::set_timer(Slot& slot) {
  timers_.set(slot, slot.flights() == 0 ? kNever : slot.oldest().sent + plan_.timeout);
}

}  // namespace majuscule
