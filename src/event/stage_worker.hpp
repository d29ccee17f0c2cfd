// SPDX-License-Identifier: MIT
// Does the stages of sessions for one thread of an executor. What all sessions share (timers, the list of
// them, the drain) is the ReadinessDriver's, and is not touched here; so many threads may work at once, each
// on other sessions.
#pragma once

#include "base/cancellable_sleep.hpp"
#include "event/session_steps.hpp"

namespace majuscule {

class StageWorker {
 public:
  /// `sleep`: for tasks that sleep. Null: none will do so here.
  StageWorker(Server& server, SessionIo& io, const CancellableSleep* sleep)
      : steps_(server, io), sleep_(sleep) {}

  /// Reads the clock; to be called when a wait returns.
  void wake_up() { steps_.wake_up(); }

  /// Does the stage of a busy() session, and sets the next one. Blocks in a task only. Without the memory for
  /// it the session's stage is kGone.
  void advance(Session& session);
  /// How urgent the request of a session that asks() is, from 0 (most) to 7 (RFC 9218).
  unsigned urgency(Session& session);
  /// Answers that request, in place of the service, that too many wait.
  void refuse(Session& session);

 private:
  template <typename Step>
  void attempt(Session& session, Step step);
  Stage step(Session& session);
  Stage answer(Session& session);
  Stage reply(Session& session);
  Stage after_write(Session& session) const;
  Stage next(Session& session) const;
  bool work(const Task& task);

  SessionSteps steps_;
  const CancellableSleep* const sleep_;
};

}  // namespace majuscule
