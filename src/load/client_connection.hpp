// SPDX-License-Identifier: MIT
// One of the client's connection slots, which keeps its place when the connection is replaced: its socket,
// the requests in flight, and the answer being received. Client decides what to do with it.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/timer_wheel.hpp"
#include "base/unique_fd.hpp"
#include "load/dial.hpp"
#include "measure/answer_parser.hpp"
#include "measure/recorder.hpp"

namespace majuscule {

struct ClientConnection : TimerWheel::Timer {
  enum class State : std::uint8_t {
    kClosed,      ///< no connection: the next request opens one
    kConnecting,  ///< `waiting` is sent once connected
    kOpen,
    kResting,  ///< after a failure, so as not to flood the server
  };

  ClientConnection(std::size_t its_number, std::size_t pipeline, Expectation& expected)
      : number(its_number), parser(expected), ring_(pipeline) {}

  const std::size_t number;
  State state = State::kClosed;
  UniqueFd fd;
  Dial dial;  ///< while connecting
  AnswerParser parser;
  std::optional<Flight> waiting;  ///< the request that waits for the connection
  std::uint32_t attempts = 0;     ///< connection attempts begun, as an EventLoop::Tag counts them
  std::uint32_t generation = 0;   ///< the attempt that succeeded
  std::uint64_t begun = 0;        ///< requests on this connection
  std::size_t unstamped = 0;      ///< the last requests in flight that have not begun to be sent
  std::size_t unsent = 0;         ///< bytes of requests that the kernel has not accepted
  Time free_since = Time::min();  ///< when it last became able to take a request
  Time connect_began = Time::min();
  Time first_byte = Time::min();   ///< of the answer being received
  Time first_sent = kNever;        ///< of the measured requests with a good answer ...
  Time last_answer = Time::min();  ///< ... and the last of those answers
  bool queued = false;             ///< it is in the queue of free connections

  /// Returns the requests in flight, the oldest first.
  std::size_t flights() const { return flights_; }
  const Flight& oldest() const {
    assert(flights_ > 0);
    return ring_[head_];
  }
  Flight& from_newest(std::size_t back) {
    assert(back < flights_);
    return ring_[(head_ + flights_ - 1 - back) % ring_.size()];
  }
  void push(const Flight& flight) {
    assert(flights_ < ring_.size());
    ring_[(head_ + flights_) % ring_.size()] = flight;
    ++flights_;
  }
  void pop() {
    assert(flights_ > 0);
    head_ = head_ + 1 == ring_.size() ? 0 : head_ + 1;
    --flights_;
  }
  void drop_flights() { flights_ = 0; }

 private:
  std::vector<Flight> ring_;
  std::size_t head_ = 0;
  std::size_t flights_ = 0;
};

}  // namespace majuscule
