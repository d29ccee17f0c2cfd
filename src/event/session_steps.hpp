// SPDX-License-Identifier: MIT
// The steps of serving a session that all ways of serving share, for one thread: its clock and its read
// buffer come with it.
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
  /// Reads the clock; to be called when a wait returns.
  void wake_up() { now_ = clock_.now(); }
  const Instant& now() const { return now_; }

  /// One read. False when the client is gone.
  bool read(Session& session);
  /// What a session does first when it was woken: one read where input is awaited, and its deadline. False
  /// when the client is gone, or idle and to be closed.
  bool read_input(Session& session, Wake why);
  /// One write, if there is anything to write. False when the client is gone.
  bool write(Session& session);
  /// Does a task that occupies the thread, and reads the clock again.
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
