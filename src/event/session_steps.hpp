// SPDX-License-Identifier: MIT
// The steps of serving a session that all kinds of Serving share, for one thread, with its clock and read
// buffer.
#pragma once

#include <memory>

#include "event/session.hpp"
#include "server/clock.hpp"
#include "server/server.hpp"

namespace majuscule {

/// Not thread-safe: one for each thread.
class SessionSteps {
 public:
  SessionSteps(Server& server, SessionIo& io);
  SessionSteps(const SessionSteps&) = delete;
  SessionSteps& operator=(const SessionSteps&) = delete;

  Server& server() const { return server_; }
  /// Reads the clock. To be called when a wait returns.
  void wake_up() { now_ = clock_.now(); }
  const Instant& now() const { return now_; }

  /// Reads once. Returns false when the client is gone.
  bool read(Session& session);
  /// The first step of a resumed session: one read if input is wanted, and its deadline. Returns false when
  /// the client is gone, or idle and to be closed.
  bool read_input(Session& session, Wake why);
  /// Writes once if there is output. Returns false when the client is gone.
  bool write(Session& session);
  /// Does a task that occupies the thread, then reads the clock again.
  void occupy(const Task& task);

 private:
  static constexpr std::size_t kReadSize = Connection::kLargestRead;

  Server& server_;
  SessionIo& io_;
  Clock clock_;
  Instant now_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace majuscule
