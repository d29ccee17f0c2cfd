// SPDX-License-Identifier: MIT
// The steps of serving a session, for one thread: its clock and its read buffer come with it. What all
// sessions share (timers, the list of them, the drain) is the ReadinessDriver's, and is not touched here; so
// many threads may work at once, each on sessions of its own.
#pragma once

#include "base/cancellable_sleep.hpp"
#include "event/session.hpp"
#include "server/clock.hpp"
#include "server/server.hpp"

namespace majuscule {

class SessionWorker {
 public:
  /// `sleep`: for tasks that sleep. Null: none will do so here.
  SessionWorker(Server& server, SessionIo& io, const CancellableSleep* sleep);
  SessionWorker(const SessionWorker&) = delete;
  SessionWorker& operator=(const SessionWorker&) = delete;

  /// Reads the clock; to be called when a wait returns.
  void wake_up() { now_ = clock_.now(); }
  const Instant& now() const { return now_; }

  /// Does the stage of a busy() session, which says itself what comes next. Blocks in a task only. Without
  /// the memory for it that session is let go, and nobody else.
  void advance(Session& session);

  /// How urgent the request of a session that asks() is, from 0 (most) to 7 (RFC 9218).
  unsigned urgency(Session& session);
  /// Answers that request, in place of the service, that too many wait.
  void refuse(Session& session);

  // The same steps, for whoever knows himself what comes next.

  /// Does what the session was woken for; of kReady, the read. False when the client is gone, or idle and
  /// dismissed.
  bool hear(Session& session, Wake why);
  /// One write, if there is anything to write. False when the client is gone.
  bool write(Session& session);
  /// Does the task on this thread. False when the drain gave it up.
  bool work(const Task& task);

 private:
  static constexpr std::size_t kReadSize = Connection::kLargestRead;

  template <typename Step>
  void attempt(Session& session, Step step);
  Stage step(Session& session);
  bool read(Session& session);
  Stage answer(Session& session);
  Stage reply(Session& session);
  Stage after_write(Session& session);
  Stage next(Session& session);

  Server& server_;
  SessionIo& io_;
  const CancellableSleep* const sleep_;
  Clock clock_;
  Instant now_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace majuscule
