// SPDX-License-Identifier: MIT
// Drives one connection as a mode would, with a clock that only moves when told. Each step of a driver is a
// function of its own, and play() does a whole round of them. What the service answers is a function of the
// test's choice.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/http_connection.hpp"
#include "http/raw_connection.hpp"
#include "http/request_context.hpp"
#include "support/fakes.hpp"

namespace majuscule::test {

/// `METHOD path?query body`, with nothing lost and nothing added; a raw message comes back as it is.
Reply echo(const Request& request);

/// Everything a connection borrows. May be shared by several conversations.
struct World {
  explicit World(Limits l = {}) : limits(l) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Limits limits;
  FakeLedger counters;
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
  /// Answers one request. False when there is none.
  bool answer_one();
  /// Writes up to `most` bytes of the pending output; returns what was written.
  std::string write(std::size_t most = std::string::npos);
  void half_close() { connection_->half_closed(now()); }
  void expire() { connection_->expire(now()); }
  std::string pending() const;

  /// A round: takes the bytes as far as input is wanted, answers all there is, writes all of it, `most` bytes
  /// at a time. Input that is not wanted stays unread, as it would in a socket. Half-closes if asked to.
  void play(std::string_view bytes, std::size_t most = std::string::npos);
  /// The rest of such a round: answers, writes.
  void settle(std::size_t most = std::string::npos);

  void pass(Duration duration) { time_ += duration; }
  void drain() { draining_ = true; }
  Instant now() const { return instant(time_, draining_); }
  /// How long until the deadline; Duration::max() when there is none.
  Duration patience() const;

  bool closed() const { return connection_->ending() == Ending::kClose; }
  bool was_half_closed() const { return half_closed_; }
  /// All that was written.
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

/// An answer of this server to HTTP, as the tests expect it to the byte. `fields` are the lines behind
/// Content-Length.
std::string answer_text(std::string_view status_line, std::string_view body, std::string_view fields = {});

}  // namespace majuscule::test
