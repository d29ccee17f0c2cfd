// SPDX-License-Identifier: MIT
// The client's connections: how they are made, what comes over them, and how they end.
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include <fmt/core.h>

#include "base/monotonic.hpp"
#include "load/client.hpp"

namespace majuscule {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRest = 10ms;  // after a failure
constexpr int kMostReads = 16;    // of one connection, before the others

}  // namespace

void Client::connect(Slot& slot, Time now) {
  assert(!slot.fd);
  slot.connect_began = monotonic_now();
  slot.state = Slot::State::kConnecting;
  Waiter::Tag tag = tag_of(slot, slot.attempts);
  const Dial::Outcome outcome = slot.dial.begin(address_, waiter_, tag, slot.connect_began);
  slot.attempts = tag.generation;
  settle(slot, outcome, now);
}

/// What became of the attempts at a connection.
void Client::settle(Slot& slot, Dial::Outcome outcome, Time now) {
  switch (outcome) {
    case Dial::Outcome::kPending:
      return timers_.set(slot, std::min(slot.connect_began + plan_.timeout, slot.dial.due()));
    case Dial::Outcome::kFailed: return lose(slot, Failure::kConnect, in_words(slot.dial.error()), now);
    case Dial::Outcome::kConnected: connected(slot, monotonic_now());
  }
}

void Client::connected(Slot& slot, Time now) {
  assert(slot.state == Slot::State::kConnecting && !slot.fd);
  slot.fd = slot.dial.take(slot.generation);
  slot.state = Slot::State::kOpen;
  slot.parser.begin();
  slot.begun = slot.unstamped = slot.flights();  // those that are sent again
  slot.unsent = slot.flights() * request_size_;
  ++record_.connections;
  if (!supply_ || supply_->measured(slot.connect_began)) record_.connect.record(now - slot.connect_began);
  if (!slot.waiting && slot.flights() == 0) return set_timer(slot);  // before the start
  if (slot.waiting) begin(slot, *std::exchange(slot.waiting, std::nullopt));
  if (room(slot) > 0) make_free(slot, now);
  if (slot.state == Slot::State::kOpen) flush(slot);
}

void Client::receive(Slot& slot, bool peer_ended, Time woke) {
  Time now = woke;
  for (int reads = 0; slot.state == Slot::State::kOpen; ++reads) {
    if (reads == kMostReads) {
      waiter_.tell_again(slot.fd.get(), tag_of(slot, slot.generation));
      break;
    }
    const ssize_t size = ::recv(slot.fd.get(), input_.data(), input_.size(), 0);
    const int error = errno;
    now = monotonic_now();
    if (size > 0) {
      if (!open_loop() && supply_ && supply_->measured(woke)) record_.lateness.record(now - woke);
      take_bytes(slot, {input_.data(), static_cast<std::size_t>(size)}, now);
      // Edge-triggered: less than there was room for is all there is, unless the end is there already.
      if (static_cast<std::size_t>(size) < input_.size() && !peer_ended) break;
    } else if (size == 0) {
      ended(slot, now);
    } else if (error == EAGAIN) {
      break;
    } else if (error != EINTR) {
      lose(slot, slot.unsent > 0 ? Failure::kWrite : Failure::kRead, in_words(error), now);
    }
  }
  if (slot.state == Slot::State::kOpen) {
    set_timer(slot);
    if (room(slot) > 0 && !slot.queued) make_free(slot, now);
  }
}

void Client::take_bytes(Slot& slot, std::string_view bytes, Time now) {
  while (!bytes.empty() && slot.state == Slot::State::kOpen) {
    if (slot.flights() == 0) return refuse(slot, "bytes without a request", now);
    if (!slot.parser.within_answer()) slot.first_byte = now;
    std::size_t taken = 0;
    switch (slot.parser.feed(bytes, taken)) {
      case AnswerParser::Result::kMore: return;
      case AnswerParser::Result::kBroken: return refuse(slot, slot.parser.why(), now);
      case AnswerParser::Result::kAnswer: take_answer(slot, now);
    }
    bytes.remove_prefix(taken);
  }
}

void Client::take_answer(Slot& slot, Time now) {
  const Flight flight = slot.oldest();
  assert(flight.sent != kNever && outstanding_ > 0);
  slot.pop();
  --outstanding_;
  const Answer& answer = slot.parser.answer();
  if (!answer.right_status) {
    failed(Failure::kStatus, fmt::format("{}", answer.status), 1, now);
  } else if (!answer.right_body) {
    failed(Failure::kBody, "wrong body; --check=any accepts any body", 1, now);
  } else {
    record_.answered(flight, slot.first_byte, now);
    if (flight.measured) {
      slot.first_sent = std::min(slot.first_sent, flight.sent);
      slot.last_answer = now;
    }
    failing_since_ = kNever;
  }
  const bool last = slot.flights() == 0 && slot.begun == plan_.requests_per_connection;
  if (!answer.closes && !last) return;
  if (slot.flights() > 0) return send_again(slot, now);
  close(slot);
  make_free(slot, now);
}

/// The server sends no more.
void Client::ended(Slot& slot, Time now) {
  const auto result = slot.parser.end();
  if (result == AnswerParser::Result::kAnswer) return take_answer(slot, now);
  if (slot.flights() > 0 || result == AnswerParser::Result::kBroken) {
    return lose(slot, Failure::kRead,
                slot.parser.within_answer() ? "closed within an answer" : "closed without an answer", now);
  }
  close(slot);
  make_free(slot, now);
}

/// The answer said that it is the last one, so what was sent behind it has not been processed (RFC
/// 9112, 9.3.2) and is sent on another connection. A connection that ends without such a word leaves that
/// open.
void Client::send_again(Slot& slot, Time now) {
  record_.resent += slot.flights() - slot.unstamped;
  slot.fd.reset();
  connect(slot, now);
}

void Client::close(Slot& slot) {
  timers_.set(slot, kNever);
  slot.fd.reset();
  slot.dial.cancel();
  slot.state = Slot::State::kClosed;
  slot.unsent = 0;
  slot.unstamped = 0;
  slot.drop_flights();
}

/// The connection, with all that is in flight on it.
void Client::lose(Slot& slot, Failure failure, std::string_view reason, Time now) {
  const std::uint64_t requests = slot.flights() + (slot.waiting ? 1 : 0);
  assert(outstanding_ >= requests);
  outstanding_ -= requests;
  if (requests > 0 || !supply_) failed(failure, reason, std::max<std::uint64_t>(1, requests), now);
  slot.waiting.reset();
  close(slot);
  slot.state = Slot::State::kResting;
  slot.free_since = now + kRest;
  resting_.push_back(&slot);
}

/// What came is wrong, even if no request suffers from it.
void Client::refuse(Slot& slot, std::string_view reason, Time now) {
  if (slot.flights() == 0 && supply_) failed(Failure::kRead, reason, 1, now);
  lose(slot, Failure::kRead, reason, now);
}

/// The time of a connection or of its oldest request has passed. What has arrived already, and was only not
/// looked at, is in time.
void Client::expire(Slot& slot, Time now) {
  if (slot.state == Slot::State::kConnecting) {
    Waiter::Tag tag = tag_of(slot, slot.attempts);
    const Dial::Outcome outcome = slot.dial.look(address_, waiter_, tag, now);
    if (outcome == Dial::Outcome::kPending) slot.dial.try_beside(address_, waiter_, tag, now);
    slot.attempts = tag.generation;
    if (outcome != Dial::Outcome::kPending) return settle(slot, outcome, now);
    const Time until = slot.connect_began + plan_.timeout + last_stall_.since(slot.connect_began);
    if (now >= until) return lose(slot, Failure::kConnect, "timed out", now);
    return timers_.set(slot, std::min(until, slot.dial.due()));
  }
  if (slot.state == Slot::State::kOpen) receive(slot, /*peer_ended=*/false, now);
  if (slot.state != Slot::State::kOpen || slot.flights() == 0) return;
  const Time until = slot.oldest().sent + plan_.timeout + last_stall_.since(slot.oldest().sent);
  if (now < until) return timers_.set(slot, until);
  lose(slot, Failure::kTimeout, "no answer", now);
}

void Client::failed(Failure failure, std::string_view reason, std::uint64_t count, Time now) {
  record_.failed(failure, reason, count);
  has_failed_ = true;
  if (failing_since_ == kNever) failing_since_ = now;
}

}  // namespace majuscule
