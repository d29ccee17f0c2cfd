// SPDX-License-Identifier: MIT
// The client's requests: which connection sends which, when, and how they are written.
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "base/monotonic.hpp"
#include "load/client.hpp"

namespace majuscule {
namespace {

/// The intended time of the next request in a closed loop: whenever it is sent.
constexpr Time kAtOnce = Time::min();

}  // namespace

/// Sends the scheduled requests that are due, while a connection is free.
void Client::dispatch(Time now) {
  if (!source_ || dispatching_) return;
  dispatching_ = true;
  while (!free_.empty()) {
    ClientConnection& connection = *free_.front();
    if (room(connection) == 0) {  // its connection was lost meanwhile
      connection.queued = false;
      free_.pop_front();
      continue;
    }
    const auto intended = source_->take(now);
    if (!intended && !source_->over(now)) break;
    free_.pop_front();
    connection.queued = false;
    if (!intended) {
      leave(connection);
      continue;
    }
    const Time possible = std::max(*intended, connection.free_since);
    if (*intended < connection.free_since) ++recorder_.held_up;
    assign(connection, *intended, now);
    if (connection.state == ClientConnection::State::kResting) continue;
    const bool open = connection.state == ClientConnection::State::kOpen;
    if (open) stamp(connection, monotonic_now());
    if (source_->measured(*intended)) {
      recorder_.lateness.record((open ? connection.from_newest(0).sent : connection.connect_began) -
                                possible);
    }
    if (open) flush(connection);
    if (room(connection) > 0 && !connection.queued) {
      connection.queued = true;
      free_.push_back(&connection);
    }
  }
  dispatching_ = false;
}

/// A connection has room for one or more requests: sends the next ones (closed loop), or queues the
/// connection (open loop).
void Client::make_free(ClientConnection& connection, Time now) {
  connection.free_since = now;
  if (!source_) return;
  if (open_loop()) {
    if (!connection.queued) free_.push_back(&connection);
    connection.queued = true;
    return dispatch(now);
  }
  while (room(connection) > 0) {
    const auto intended = source_->take(now);
    if (!intended) break;
    assign(connection, *intended, now);
  }
  if (connection.state == ClientConnection::State::kOpen) flush(connection);
  if (source_->over(now)) leave(connection);
}

/// Closes a connection that has no more requests to send, so that the server can serve a queued one.
void Client::leave(ClientConnection& connection) {
  if (connection.state == ClientConnection::State::kOpen && connection.flights() == 0) close(connection);
}

std::uint64_t Client::room(const ClientConnection& connection) const {
  if (connection.state == ClientConnection::State::kClosed) return connection.waiting ? 0 : 1;
  if (connection.state != ClientConnection::State::kOpen) return 0;
  const std::uint64_t left = config_.requests_per_connection.value_or(UINT64_MAX) - connection.begun;
  return std::min<std::uint64_t>(left, config_.pipeline - connection.flights());
}

void Client::assign(ClientConnection& connection, Time intended, Time now) {
  assert(room(connection) > 0);
  ++outstanding_;
  Flight flight{intended, kNever, source_->measured(intended)};
  if (connection.state == ClientConnection::State::kOpen) {
    if (!open_loop()) flight.intended = kAtOnce;
    return begin(connection, flight);
  }
  connection.waiting = flight;
  connect(connection, now);
}

void Client::begin(ClientConnection& connection, const Flight& flight) const {
  assert(connection.state == ClientConnection::State::kOpen);
  connection.push(flight);
  ++connection.begun;
  ++connection.unstamped;
  connection.unsent += request_size_;
}

/// Writes as much as the kernel accepts.
void Client::flush(ClientConnection& connection) {
  assert(connection.state == ClientConnection::State::kOpen);
  if (connection.unsent == 0) return;
  if (connection.unstamped > 0) stamp(connection, monotonic_now());
  while (connection.unsent > 0) {
    const std::size_t offset = (request_size_ - connection.unsent % request_size_) % request_size_;
    const std::size_t size = std::min(connection.unsent, batch_.size() - offset);
    const ssize_t sent = ::send(connection.fd.get(), batch_.data() + offset, size, MSG_NOSIGNAL);
    if (sent >= 0) {
      connection.unsent -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return cannot_write(connection, errno);
    }
  }
  set_timer(connection);
}

/// The write failed. If an answer has arrived by then, the server rejected the request without reading it
/// all.
void Client::cannot_write(ClientConnection& connection, int error) {
  ssize_t size = 1;
  while (connection.state == ClientConnection::State::kOpen && connection.flights() > 0 && size > 0) {
    size = ::recv(connection.fd.get(), input_.data(), input_.size(), 0);
    if (size > 0) take_bytes(connection, {input_.data(), static_cast<std::size_t>(size)}, monotonic_now());
  }
  if (connection.state == ClientConnection::State::kOpen && size == 0 && connection.parser.within_answer()) {
    ended(connection, monotonic_now());
  }
  if (connection.state == ClientConnection::State::kOpen)
    lose(connection, Failure::kWrite, in_words(error), monotonic_now());
}

void Client::stamp(ClientConnection& connection, Time now) {
  assert(connection.unstamped <= connection.flights());
  for (; connection.unstamped > 0; --connection.unstamped) {
    Flight& flight = connection.from_newest(connection.unstamped - 1);
    flight.sent = now;
    if (flight.intended == kAtOnce) flight.intended = now;
  }
}

void Client::set_timer(ClientConnection& connection) {
  timers_.set(connection, connection.flights() == 0 ? kNever : connection.oldest().sent + config_.timeout);
}

}  // namespace majuscule
