// SPDX-License-Identifier: MIT
// Answers clients above the limit with 503 at once, holds them until they can have read it, and closes them,
// without a thread or a session.
//
// A client that is still sending its request reads the answer afterwards, and closing a socket with unread
// input would reset the connection, so that the answer is lost. So input is discarded every tenth of a
// second, until the client closes, is silent for Connection::kLingerPause, or has been held for
// Connection::kLingerTime. The cost is bounded: kMost clients at once, one descriptor each and no buffer, 128
// KiB of each in a tenth of a second.
#pragma once

#include <deque>

#include "base/log_throttle.hpp"
#include "server/server.hpp"

namespace majuscule {

class OverloadResponder {
 public:
  static constexpr std::size_t kMost = 64;  ///< held at once; another client replaces the oldest
  /// How long a client is held during a drain, at most.
  static constexpr Duration kHoldInDrain = std::chrono::milliseconds(500);

  explicit OverloadResponder(Server& server) : server_(server) {}
  ~OverloadResponder() { close_all(); }
  OverloadResponder(const OverloadResponder&) = delete;
  OverloadResponder& operator=(const OverloadResponder&) = delete;

  /// Counts the refusal, answers 503 (HTTP) or nothing (raw), shuts down writing and holds the client. Never
  /// blocks.
  void refuse(Accepted client, const Instant& now);
  /// As Listener::accept(). If descriptors run out, closes the client held longest and tries again.
  AcceptResult accept(Listener& listener, Accepted& client, bool non_blocking);
  /// Discards input, and closes clients whose time is up.
  void sweep(Time now);
  /// The server drains: from now on clients are held for kHoldInDrain at most.
  void drain(Time now);
  /// Closes all held clients.
  void close_all();
  /// In a forked process: closes its copies of the held clients, which belong to its parent.
  void abandon() { held_.clear(); }
  /// Returns when sweep() is next due; kNever when no client is held.
  Time next() const { return held_.empty() ? kNever : next_sweep_; }

 private:
  static constexpr Duration kBetweenSweeps = std::chrono::milliseconds(100);

  struct Held {
    UniqueFd client;
    Time end;     // when it is closed at the latest
    Time silent;  // when it is closed if it sends nothing before
  };
  void log(const Accepted& client, const Instant& now) const;
  void close_oldest();

  Server& server_;
  std::deque<Held> held_;
  Time next_sweep_{};
  LogThrottle refusal_throttle_;
};

}  // namespace majuscule
