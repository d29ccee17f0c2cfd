// SPDX-License-Identifier: MIT
// Clients that are one too many: told so at once, held for a moment, and closed without ever costing a thread
// or a session. Holding them, and taking what they sent, lets the answer arrive: closing a socket on which a
// request is unread would reset it.
#pragma once

#include <deque>

#include "net/complaint.hpp"
#include "net/server.hpp"

namespace majuscule {

class Refusals {
 public:
  static constexpr std::size_t kMost = 64;  ///< held at once; more push out the oldest
  static constexpr Duration kHold = std::chrono::milliseconds(500);

  explicit Refusals(Server& server) : server_(server) {}
  ~Refusals() { sweep(kNever); }
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;

  /// Counts the refusal; answers 503 (HTTP) or nothing (raw), ends the sending side and holds the client.
  /// Never blocks.
  void refuse(UniqueFd client, Protocol protocol, const Instant& now);
  /// Listener::accept(), which may have the descriptor of the one that was held longest.
  AcceptResult accept(const Listener& listener, UniqueFd& client, bool non_blocking);
  /// Closes those that were held long enough.
  void sweep(Time now);
  /// In a forked process: closes its copies of those that are held, who belong to its parent.
  void abandon() { held_.clear(); }
  /// When sweep() is next due; kNever when nobody is held.
  Time next() const { return held_.empty() ? kNever : held_.front().until; }

 private:
  struct Held {
    UniqueFd client;
    Time until;
  };
  void let_go_of_oldest();

  Server& server_;
  std::deque<Held> held_;
  Complaint refusing_;
};

}  // namespace majuscule
