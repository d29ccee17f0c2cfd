// SPDX-License-Identifier: MIT
// The client's connections: opening them, receiving on them, and closing them.
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
constexpr int kMostReads = 16;    // of one connection, before others get their turn

}  // namespace

void Client::connect(ClientConnection& connection, Time now) {
  assert(!connection.fd);
  connection.connect_began = monotonic_now();
  connection.state = ClientConnection::State::kConnecting;
  EventLoop::Tag tag = tag_of(connection, connection.attempts);
  const Dial::Outcome outcome = connection.dial.begin(address_, loop_, tag, connection.connect_began);
  connection.attempts = tag.generation;
  settle(connection, outcome, now);
}

/// Handles the outcome of the attempts to connect.
void Client::settle(ClientConnection& connection, Dial::Outcome outcome, Time now) {
  switch (outcome) {
    case Dial::Outcome::kPending:
      return timers_.set(connection,
                         std::min(connection.connect_began + config_.timeout, connection.dial.due()));
    case Dial::Outcome::kFailed:
      return lose(connection, Failure::kConnect, in_words(connection.dial.error()), now);
    case Dial::Outcome::kConnected: connected(connection, monotonic_now());
  }
}

void Client::connected(ClientConnection& connection, Time now) {
  assert(connection.state == ClientConnection::State::kConnecting && !connection.fd);
  connection.fd = connection.dial.take(connection.generation);
  connection.state = ClientConnection::State::kOpen;
  connection.parser.begin();
  connection.begun = connection.unstamped = connection.flights();  // the requests that are sent again
  connection.unsent = connection.flights() * request_size_;
  ++recorder_.connections;
  if (!source_ || source_->measured(connection.connect_began))
    recorder_.connect.record(now - connection.connect_began);
  if (!connection.waiting && connection.flights() == 0)
    return set_timer(connection);  // before the start of the run
  if (connection.waiting) begin(connection, *std::exchange(connection.waiting, std::nullopt));
  if (room(connection) > 0) make_free(connection, now);
  if (connection.state == ClientConnection::State::kOpen) flush(connection);
}

void Client::receive(ClientConnection& connection, bool peer_ended, Time woke) {
  Time now = woke;
  for (int reads = 0; connection.state == ClientConnection::State::kOpen; ++reads) {
    if (reads == kMostReads) {
      loop_.tell_again(connection.fd.get(), tag_of(connection, connection.generation));
      break;
    }
    const ssize_t size = ::recv(connection.fd.get(), input_.data(), input_.size(), 0);
    const int error = errno;
    now = monotonic_now();
    if (size > 0) {
      if (!open_loop() && source_ && source_->measured(woke)) recorder_.lateness.record(now - woke);
      take_bytes(connection, {input_.data(), static_cast<std::size_t>(size)}, now);
      // Edge-triggered: a read that does not fill the buffer has emptied the socket, unless the peer has
      // closed.
      if (static_cast<std::size_t>(size) < input_.size() && !peer_ended) break;
    } else if (size == 0) {
      ended(connection, now);
    } else if (error == EAGAIN) {
      break;
    } else if (error != EINTR) {
      lose(connection, connection.unsent > 0 ? Failure::kWrite : Failure::kRead, in_words(error), now);
    }
  }
  if (connection.state == ClientConnection::State::kOpen) {
    set_timer(connection);
    if (room(connection) > 0 && !connection.queued) make_free(connection, now);
  }
}

void Client::take_bytes(ClientConnection& connection, std::string_view bytes, Time now) {
  while (!bytes.empty() && connection.state == ClientConnection::State::kOpen) {
    if (connection.flights() == 0) return refuse(connection, "bytes without a request", now);
    if (!connection.parser.within_answer()) connection.first_byte = now;
    std::size_t taken = 0;
    switch (connection.parser.feed(bytes, taken)) {
      case AnswerParser::Result::kMore: return;
      case AnswerParser::Result::kBroken: return refuse(connection, connection.parser.why(), now);
      case AnswerParser::Result::kAnswer: take_answer(connection, now);
    }
    bytes.remove_prefix(taken);
  }
}

void Client::take_answer(ClientConnection& connection, Time now) {
  const Flight flight = connection.oldest();
  assert(flight.sent != kNever && outstanding_ > 0);
  connection.pop();
  --outstanding_;
  const Answer& answer = connection.parser.answer();
  if (!answer.right_status) {
    failed(Failure::kStatus, fmt::format("{}", answer.status), 1, now);
  } else if (!answer.right_body) {
    failed(Failure::kBody, "wrong body; --check=any accepts any body", 1, now);
  } else {
    recorder_.answered(flight, connection.first_byte, now);
    if (flight.measured) {
      connection.first_sent = std::min(connection.first_sent, flight.sent);
      connection.last_answer = now;
    }
    failing_since_ = kNever;
  }
  const bool last = connection.flights() == 0 && connection.begun == config_.requests_per_connection;
  if (!answer.closes && !last) return;
  if (connection.flights() > 0) return send_again(connection, now);
  close(connection);
  make_free(connection, now);
}

/// The server has closed its side.
void Client::ended(ClientConnection& connection, Time now) {
  const auto result = connection.parser.end();
  if (result == AnswerParser::Result::kAnswer) return take_answer(connection, now);
  if (connection.flights() > 0 || result == AnswerParser::Result::kBroken) {
    return lose(connection, Failure::kRead,
                connection.parser.within_answer() ? "closed within an answer" : "closed without an answer",
                now);
  }
  close(connection);
  make_free(connection, now);
}

/// The answer said `Connection: close`, so the server has not processed later requests (RFC 9112, 9.3.2);
/// they are sent on another connection. If a connection ends without that, it is unknown whether they were
/// processed.
void Client::send_again(ClientConnection& connection, Time now) {
  recorder_.resent += connection.flights() - connection.unstamped;
  connection.fd.reset();
  connect(connection, now);
}

void Client::close(ClientConnection& connection) {
  timers_.set(connection, kNever);
  connection.fd.reset();
  connection.dial.cancel();
  connection.state = ClientConnection::State::kClosed;
  connection.unsent = 0;
  connection.unstamped = 0;
  connection.drop_flights();
}

/// Ends the connection with all requests in flight as failed.
void Client::lose(ClientConnection& connection, Failure failure, std::string_view reason, Time now) {
  const std::uint64_t requests = connection.flights() + (connection.waiting ? 1 : 0);
  assert(outstanding_ >= requests);
  outstanding_ -= requests;
  if (requests > 0 || !source_) failed(failure, reason, std::max<std::uint64_t>(1, requests), now);
  connection.waiting.reset();
  close(connection);
  connection.state = ClientConnection::State::kResting;
  connection.free_since = now + kRest;
  resting_.push_back(&connection);
}

/// The received bytes are invalid, even if no request is in flight.
void Client::refuse(ClientConnection& connection, std::string_view reason, Time now) {
  if (connection.flights() == 0 && source_) failed(Failure::kRead, reason, 1, now);
  lose(connection, Failure::kRead, reason, now);
}

/// The deadline of a connection or of its oldest request has passed. Bytes that have already arrived but were
/// not read yet are in time.
void Client::expire(ClientConnection& connection, Time now) {
  if (connection.state == ClientConnection::State::kConnecting) {
    EventLoop::Tag tag = tag_of(connection, connection.attempts);
    const Dial::Outcome outcome = connection.dial.look(address_, loop_, tag, now);
    if (outcome == Dial::Outcome::kPending) connection.dial.try_beside(address_, loop_, tag, now);
    connection.attempts = tag.generation;
    if (outcome != Dial::Outcome::kPending) return settle(connection, outcome, now);
    const Time until =
        connection.connect_began + config_.timeout + last_stall_.since(connection.connect_began);
    if (now >= until) return lose(connection, Failure::kConnect, "timed out", now);
    return timers_.set(connection, std::min(until, connection.dial.due()));
  }
  if (connection.state == ClientConnection::State::kOpen) receive(connection, /*peer_ended=*/false, now);
  if (connection.state != ClientConnection::State::kOpen || connection.flights() == 0) return;
  const Time until = connection.oldest().sent + config_.timeout + last_stall_.since(connection.oldest().sent);
  if (now < until) return timers_.set(connection, until);
  lose(connection, Failure::kTimeout, "no answer", now);
}

void Client::failed(Failure failure, std::string_view reason, std::uint64_t count, Time now) {
  recorder_.failed(failure, reason, count);
  has_failed_ = true;
  if (failing_since_ == kNever) failing_since_ = now;
}

}  // namespace majuscule
