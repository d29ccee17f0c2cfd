// SPDX-License-Identifier: MIT
// Clients that are one too many: told so at once, held until they can have read it, and closed without ever
// costing a thread or a session.
//
// A client that is still sending its request reads the answer afterwards, and closing a socket on which bytes
// are unread would reset the answer away. So what arrives is thrown away every tenth of a second, until the
// client closes, is silent for Connection::kLingerPause, or has been held for Connection::kLingerTime. That
// is bounded: kMost clients at once, a descriptor each and no buffer; 128 KiB of each in a tenth of a second.
#pragma once

#include <deque>

#include "base/log_throttle.hpp"
#include "server/server.hpp"

namespace majuscule {

class OverloadResponder {
 public:
  static constexpr std::size_t kMost = 64;  ///< held at once; more push out the oldest
  /// The most that is still held once the server drains.
  static constexpr Duration kHoldInDrain = std::chrono::milliseconds(500);

  explicit OverloadResponder(Server& server) : server_(server) {}
  ~OverloadResponder() { close_all(); }
  OverloadResponder(const OverloadResponder&) = delete;
  OverloadResponder& operator=(const OverloadResponder&) = delete;

  /// Counts the refusal; answers 503 (HTTP) or nothing (raw), ends the sending side and holds the client.
  /// Never blocks.
  void refuse(Accepted client, const Instant& now);
  /// Listener::accept(), which may have the descriptor of the one that was held longest.
  AcceptResult accept(Listener& listener, Accepted& client, bool non_blocking);
  /// Throws away what has arrived, and closes those that need not be held any more.
  void sweep(Time now);
  /// The server drains: from now on all are held for kHoldInDrain at most.
  void drain(Time now);
  /// Closes all.
  void close_all();
  /// In a forked process: closes its copies of those that are held, who belong to its parent.
  void abandon() { held_.clear(); }
  /// When sweep() is next due; kNever when nobody is held.
  Time next() const { return held_.empty() ? kNever : next_sweep_; }

 private:
  static constexpr Duration kBetweenSweeps = std::chrono::milliseconds(100);

  struct Held {
    UniqueFd client;
    Time end;     // at the latest
    Time silent;  // unless it sends something before
  };
  void log(const Accepted& client, const Instant& now) const;
  void let_go_of_oldest();

  Server& server_;
  std::deque<Held> held_;
  Time next_sweep_{};
  LogThrottle refusal_throttle_;
};

}  // namespace majuscule
