// SPDX-License-Identifier: MIT
#include "event/session_steps.hpp"

#include <cassert>

#include "server/tasks.hpp"

namespace majuscule {

SessionSteps::SessionSteps(Server& server, SessionIo& io)
    : server_(server),
      io_(io),
      clock_(server.stop()),
      now_(clock_.now()),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadSize)) {}

bool SessionSteps::read(Session& session) {
  assert(session.connection->wants_input());
  const auto [result, bytes] = io_.receive(session, buffer_.get(), kReadSize);
  switch (result) {
    case IoResult::kDone: session.connection->receive(bytes, now_); break;
    case IoResult::kEnd: session.connection->end_of_input(now_); break;
    case IoResult::kLater: break;
    case IoResult::kGone: return false;
  }
  return true;
}

bool SessionSteps::read_input(Session& session, Wake why) {
  Connection& connection = *session.connection;
  switch (why) {
    case Wake::kAccepted:
    case Wake::kSlept: break;
    case Wake::kReady: return read(session);
    case Wake::kDue:
      // Bytes that arrived in time count, however late this thread looks.
      if (connection.wants_input() && !read(session)) return false;
      if (connection.deadline() <= now_.time) connection.expire(now_);
      break;
    case Wake::kClosing: return read(session) && !connection.idle();
  }
  return true;
}

bool SessionSteps::write(Session& session) {
  const Output output = session.connection->pending_output();
  if (output.size() == 0) return true;
  std::size_t count = 0;
  if (io_.send(session, output, count) == IoResult::kGone) return false;
  session.connection->sent(count, now_);
  return true;
}

void SessionSteps::occupy(const Task& task) {
  io_.flush();
  occupy_thread(task);
  wake_up();
}

}  // namespace majuscule
