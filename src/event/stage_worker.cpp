// SPDX-License-Identifier: MIT
#include "event/stage_worker.hpp"

#include <cassert>
#include <new>
#include <utility>

#include "base/monotonic.hpp"
#include "http/priority.hpp"

namespace majuscule {

template <typename Step>
void StageWorker::attempt(Session& session, Step step) {
  assert(session.phase == Phase::kExecutes);
  try {
    session.stage = step();
  } catch (const std::bad_alloc&) {
    steps_.server().log().error("out of memory: connection closed");
    session.stage = Stage::kGone;
  }
}

void StageWorker::advance(Session& session) {
  assert(session.busy());
  attempt(session, [&] { return step(session); });
}

unsigned StageWorker::urgency(Session& session) {
  assert(session.asks());
  return majuscule::urgency(*session.connection->next_request(steps_.now()));
}

void StageWorker::refuse(Session& session) {
  assert(session.asks());
  attempt(session, [&] {
    Connection& connection = *session.connection;
    session.owed.reset();
    connection.respond(overload_reply(*connection.next_request(steps_.now())), steps_.now());
    return next(session);
  });
}

Stage StageWorker::step(Session& session) {
  switch (session.stage) {
    case Stage::kRead: return steps_.read_input(session, session.why) ? next(session) : Stage::kGone;
    case Stage::kAnswer: return answer(session);
    case Stage::kTask: return work(session.owed->task) ? reply(session) : Stage::kGone;
    case Stage::kReply: return reply(session);
    case Stage::kWrite: return steps_.write(session) ? after_write(session) : Stage::kGone;
    case Stage::kWait:
    case Stage::kGone: break;
  }
  assert(false);
  return session.stage;
}

// Replies are collected, so that a batch leaves in one write; but no reply waits for the task of a later one.
Stage StageWorker::answer(Session& session) {
  assert(!session.owed);
  Connection& connection = *session.connection;
  while (Request* request = connection.next_request(steps_.now())) {
    Outcome outcome = steps_.server().handle(*request, steps_.now());
    if (outcome.task.kind != TaskKind::kNone) {
      session.owed = std::make_unique<Outcome>(std::move(outcome));
      return connection.pending_output().size() > 0 ? Stage::kWrite : Stage::kTask;
    }
    connection.respond(std::move(outcome.reply), steps_.now());
  }
  return connection.pending_output().size() > 0 ? Stage::kWrite : Stage::kWait;
}

// Does a task on this thread. Returns false when the drain ended it.
bool StageWorker::work(const Task& task) {
  assert(task.kind != TaskKind::kSleep || sleep_ != nullptr);
  const bool done = task.kind != TaskKind::kSleep || sleep_->until(monotonic_now() + task.duration);
  steps_.occupy(task);
  return done;
}

Stage StageWorker::reply(Session& session) {
  assert(session.owed);
  session.connection->respond(std::move(std::exchange(session.owed, nullptr)->reply), steps_.now());
  return Stage::kAnswer;
}

Stage StageWorker::after_write(Session& session) const {
  if (session.owed) return Stage::kTask;
  return session.connection->pending_output().size() > 0 ? Stage::kWait : next(session);
}

Stage StageWorker::next(Session& session) const {
  Connection& connection = *session.connection;
  if (connection.next_request(steps_.now()) != nullptr) return Stage::kAnswer;
  return connection.pending_output().size() > 0 ? Stage::kWrite : Stage::kWait;
}

}  // namespace majuscule
