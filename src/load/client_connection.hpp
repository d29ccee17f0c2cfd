// SPDX-License-Identifier: MIT
// One of the client's connections, now and after it has been replaced: its socket, the requests in flight on
// it, and the answer that is arriving. What to do with it is the client's.
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
    kClosed,      ///< no connection: the next request makes one
    kConnecting,  ///< `waiting` is sent when it stands
    kOpen,
    kResting,  ///< after a failure, so as not to hammer at the server
  };

  ClientConnection(std::size_t its_number, std::size_t pipeline, Expectation& expected)
      : number(its_number), parser(expected), ring_(pipeline) {}

  const std::size_t number;
  State state = State::kClosed;
  UniqueFd fd;
  Dial dial;  ///< while it connects
  AnswerParser parser;
  std::optional<Flight> waiting;  ///< the request for which it connects
  std::uint32_t attempts = 0;     ///< at a connection that it has begun, as an EventLoop::Tag counts them
  std::uint32_t generation = 0;   ///< the attempt that became its connection
  std::uint64_t begun = 0;        ///< requests on this connection
  std::size_t unstamped = 0;      ///< of those in flight, the last that have not begun to be sent
  std::size_t unsent = 0;         ///< bytes of requests that the kernel has not taken
  Time free_since = Time::min();  ///< when it could last take a request
  Time connect_began = Time::min();
  Time first_byte = Time::min();   ///< of the answer that is arriving
  Time first_sent = kNever;        ///< of the requests that count and were answered well ...
  Time last_answer = Time::min();  ///< ... and the last of their answers
  bool queued = false;             ///< stands in the queue of free ones

  /// The requests in flight, the oldest first.
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
