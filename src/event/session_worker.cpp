// SPDX-License-Identifier: MIT
#include "event/session_worker.hpp"

#include <new>
#include <utility>

#include "http/priority.hpp"
#include "server/tasks.hpp"

namespace majuscule {

SessionWorker::SessionWorker(Server& server, SessionIo& io, const CancellableSleep* sleep)
    : server_(server),
      io_(io),
      sleep_(sleep),
      clock_(server.stop()),
      now_(clock_.now()),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadSize)) {}

template <typename Step>
void SessionWorker::attempt(Session& session, Step step) {
  try {
    session.stage_ = step();
  } catch (const std::bad_alloc&) {
    server_.log().error("out of memory: a client is let go");
    session.stage_ = Stage::kGone;
  }
}

void SessionWorker::advance(Session& session) {
  attempt(session, [&] { return step(session); });
}

unsigned SessionWorker::urgency(Session& session) {
  return majuscule::urgency(*session.connection_->next_request(now_));
}

void SessionWorker::refuse(Session& session) {
  attempt(session, [&] {
    Connection& connection = *session.connection_;
    session.owed_.reset();
    connection.respond(overload_reply(*connection.next_request(now_)), now_);
    return next(session);
  });
}

Stage SessionWorker::step(Session& session) {
  switch (session.stage_) {
    case Stage::kHear: return hear(session, session.why_) ? next(session) : Stage::kGone;
    case Stage::kAnswer: return answer(session);
    case Stage::kTask: return work(session.owed_->task) ? reply(session) : Stage::kGone;
    case Stage::kReply: return reply(session);
    case Stage::kWrite: return write(session) ? after_write(session) : Stage::kGone;
    case Stage::kWait:
    case Stage::kGone: break;
  }
  return session.stage_;
}

bool SessionWorker::hear(Session& session, Wake why) {
  Connection& connection = *session.connection_;
  switch (why) {
    case Wake::kAccepted: break;
    case Wake::kReady: return read(session);
    case Wake::kDue:
      // What has arrived in time counts, however late this thread comes to look.
      if (connection.wants_input() && !read(session)) return false;
      if (connection.deadline() <= now_.time) connection.expire(now_);
      break;
    case Wake::kDismissed: return read(session) && !connection.idle();
  }
  return true;
}

// One read. False when the client is gone.
bool SessionWorker::read(Session& session) {
  const auto [result, bytes] = io_.receive(session, buffer_.get(), kReadSize);
  switch (result) {
    case IoResult::kDone: session.connection_->receive(bytes, now_); break;
    case IoResult::kEnd: session.connection_->end_of_input(now_); break;
    case IoResult::kLater: break;
    case IoResult::kGone: return false;
  }
  return true;
}

// Replies wait for one another, so that a batch leaves in one write; but none waits for another one's task.
Stage SessionWorker::answer(Session& session) {
  Connection& connection = *session.connection_;
  while (Request* request = connection.next_request(now_)) {
    Outcome outcome = server_.handle(*request, now_);
    if (outcome.task.kind != TaskKind::kNone) {
      session.owed_ = std::make_unique<Outcome>(std::move(outcome));
      return connection.pending_output().size() > 0 ? Stage::kWrite : Stage::kTask;
    }
    connection.respond(std::move(outcome.reply), now_);
  }
  return connection.pending_output().size() > 0 ? Stage::kWrite : Stage::kWait;
}

bool SessionWorker::work(const Task& task) {
  io_.flush();
  const bool done = task.kind != TaskKind::kSleep || sleep_->until(monotonic_now() + task.duration);
  occupy_thread(task);
  wake_up();
  return done;
}

Stage SessionWorker::reply(Session& session) {
  session.connection_->respond(std::move(std::exchange(session.owed_, nullptr)->reply), now_);
  return Stage::kAnswer;
}

bool SessionWorker::write(Session& session) {
  const Output output = session.connection_->pending_output();
  if (output.size() == 0) return true;
  std::size_t count = 0;
  if (io_.send(session, output, count) == IoResult::kGone) return false;
  session.connection_->sent(count, now_);
  return true;
}

Stage SessionWorker::after_write(Session& session) {
  if (session.owed_) return Stage::kTask;
  return session.connection_->pending_output().size() > 0 ? Stage::kWait : next(session);
}

Stage SessionWorker::next(Session& session) {
  Connection& connection = *session.connection_;
  if (connection.next_request(now_) != nullptr) return Stage::kAnswer;
  return connection.pending_output().size() > 0 ? Stage::kWrite : Stage::kWait;
}

}  // namespace majuscule
