// SPDX-License-Identifier: MIT
// Does the stages of sessions on one thread of an executor. It does not touch what all sessions share
// (timers, the list of sessions, the drain), which belongs to the ReadinessDriver. So many threads may work
// at once, each on other sessions.
#pragma once

#include "base/cancellable_sleep.hpp"
#include "event/session_steps.hpp"

namespace majuscule {

class StageWorker {
 public:
  /// `sleep` is for tasks that sleep. Null: none will sleep here.
  StageWorker(Server& server, SessionIo& io, const CancellableSleep* sleep)
      : steps_(server, io), sleep_(sleep) {}

  /// Reads the clock. To be called when a wait returns.
  void wake_up() { steps_.wake_up(); }

  /// Does the stage of a busy() session and sets the next one. Blocks in a task only. Sets kGone when out of
  /// memory.
  void advance(Session& session);
  /// Returns the urgency of the request of a session that asks(), from 0 (most urgent) to 7 (RFC 9218).
  unsigned urgency(Session& session);
  /// Answers that request with the refusal of a full queue, without calling the service.
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
