// SPDX-License-Identifier: MIT
// Drives one connection as a mode would, with a clock that moves only on request. Each step of a driver is a
// function; play() does a whole round. The test chooses the service's answers.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/http_connection.hpp"
#include "http/raw_connection.hpp"
#include "http/request_context.hpp"
#include "support/fakes.hpp"

namespace majuscule::test {

/// Answers `METHOD path?query body`, unchanged; echoes a raw message.
Reply echo(const Request& request);

/// Everything that a connection borrows. Several may share it.
struct World {
  explicit World(Limits l = {}) : limits(l) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Limits limits;
  FakeCounters counters;
  FakeAccessLog access_log;
  RequestContextPool pool{4};
  ConnectionContext context{limits, counters, &access_log, pool};
};

class Conversation {
 public:
  using Answer = std::function<Reply(Request&)>;

  /// Makes an HttpConnection or a RawConnection in `world`.
  template <typename Kind>
  static Conversation of(World& world, Answer answer = echo) {
    return Conversation(std::make_unique<Kind>(world.context, instant(), "192.0.2.7"), std::move(answer));
  }

  Connection& connection() { return *connection_; }

  // Single steps.
  void receive(std::string_view bytes);
  void end_of_input() { connection_->end_of_input(now()); }
  /// Answers one request. Returns false when there is none.
  bool answer_one();
  /// Writes up to `most` bytes of the pending output; returns what was written.
  std::string write(std::size_t most = std::string::npos);
  void half_close() { connection_->half_closed(now()); }
  void expire() { connection_->expire(now()); }
  std::string pending() const;

  /// A round: passes in the bytes while input is wanted, answers all requests, writes all output, `most`
  /// bytes at a time. Input that is not wanted stays unread, as in a socket. Shuts down writing if asked to.
  void play(std::string_view bytes, std::size_t most = std::string::npos);
  /// The rest of such a round: answers and writes.
  void settle(std::size_t most = std::string::npos);

  void pass(Duration duration) { time_ += duration; }
  void drain() { draining_ = true; }
  Instant now() const { return instant(time_, draining_); }
  /// Returns the time until the deadline; Duration::max() when there is none.
  Duration patience() const;

  bool closed() const { return connection_->ending() == Ending::kClose; }
  bool was_half_closed() const { return half_closed_; }
  /// Returns everything written so far.
  const std::string& output() const { return output_; }

 private:
  Conversation(std::unique_ptr<Connection> connection, Answer answer)
      : connection_(std::move(connection)), answer_(std::move(answer)) {}

  std::unique_ptr<Connection> connection_;
  Answer answer_;
  Time time_ = kStart;
  bool draining_ = false;
  bool half_closed_ = false;
  std::string output_;
};

/// Returns an HTTP answer of this server, byte for byte. `fields` are the lines after Content-Length.
std::string answer_text(std::string_view status_line, std::string_view body, std::string_view fields = {});

}  // namespace majuscule::test
