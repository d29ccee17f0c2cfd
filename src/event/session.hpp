// SPDX-License-Identifier: MIT
// One client of a mode that waits for readiness: its socket, its conversation, and what is to be done next.
//
// It is waited for (then it belongs to the ReadinessDriver), or somebody works on it (then it belongs to that
// SessionWorker's thread, and the driver leaves it alone).
#pragma once

#include <memory>

#include "base/intrusive_list.hpp"
#include "base/timer_wheel.hpp"
#include "base/unique_fd.hpp"
#include "http/connection.hpp"
#include "majuscule/service.hpp"
#include "server/socket_io.hpp"

namespace majuscule {

enum class Interest : std::uint8_t { kNone, kRead, kWrite };

/// Why a session goes on.
enum class Wake : std::uint8_t {
  kAccepted,   ///< it begins
  kReady,      ///< its socket is ready for what it was watched for
  kDue,        ///< its deadline has passed, or its task is done
  kDismissed,  ///< the server drains: let it go unless it has just asked for something
};

/// What a session needs next. The steps are SessionWorker's; on which threads they are done is the model.
enum class Stage : std::uint8_t {
  kHear,    ///< it was woken: one read, or its deadline
  kAnswer,  ///< requests are there: to be answered, without their tasks
  kTask,    ///< a reply owes its task
  kReply,   ///< its task is done
  kWrite,   ///< one write
  kWait,    ///< nothing: its client must be waited for
  kGone,    ///< nothing: it is to be let go
};

class ReadinessDriver;
class Session;

/// Talks to one client in place of the driver's own steps. A coroutine is one.
class Conversation {
 public:
  Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  virtual ~Conversation() = default;

  /// Goes on until it must wait. False when the client is to be let go.
  virtual bool resume(Wake why) = 0;
  /// Frees it, wherever it waits.
  virtual void destroy() = 0;
};
/// Makes the conversation with a client just accepted; its first resume() begins it.
using Converse = Conversation& (*)(ReadinessDriver& driver, Session& session);

/// One client. The poller derives from it to put its registration beside it.
class Session : private TimerWheel::Timer, private IntrusiveList<Session>::Link {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  int fd() const { return fd_.get(); }
  Stage stage() const { return stage_; }
  /// Whether there is anything to do before its client must be waited for.
  bool busy() const { return stage_ < Stage::kWait; }

  /// Whether it has a request to be answered, or a task to be done.
  bool asks() const { return stage_ == Stage::kAnswer || stage_ == Stage::kTask; }

  void own(UniqueFd fd) { fd_ = std::move(fd); }
  UniqueFd disown() { return std::move(fd_); }
  /// For a poller that must keep the rest of the session for a while: the client sees the end at once.
  void close_descriptor() { fd_.reset(); }
  /// For a poller that tells of readiness once: it does not watch any more.
  void forget_interest() { interest_ = Interest::kNone; }

 private:
  friend class ReadinessDriver;
  friend class SessionWorker;
  friend class CoroutineClient;
  friend class IntrusiveList<Session>;

  UniqueFd fd_;
  Interest interest_ = Interest::kNone;
  Stage stage_ = Stage::kWait;
  Wake why_ = Wake::kAccepted;  // it is in kHear
  bool working_ = false;        // its sleep task is under way, or a crew works on it
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Outcome> owed_;         // until its task is done, without a conversation of its own
  Conversation* conversation_ = nullptr;  // null: the driver's steps
};

/// How sessions are read and written.
class SessionIo {
 public:
  SessionIo() = default;
  SessionIo(const SessionIo&) = delete;
  SessionIo& operator=(const SessionIo&) = delete;
  virtual ~SessionIo() = default;

  /// Takes what has arrived; the bytes, in `buffer` or elsewhere, are valid until the next call.
  virtual Received receive(Session& session, char* buffer, std::size_t size) {
    return receive_some(session.fd(), buffer, size, 0);
  }
  /// Writes what it can of the output. `count` says how much went since the last call, and kLater that the
  /// session will be ready when more has.
  virtual IoResult send(Session& session, const Output& output, std::size_t& count) {
    return send_some(session.fd(), output, 0, count);
  }
  /// The thread will be busy for a while: what send() took must be on its way.
  virtual void flush() {}
};

}  // namespace majuscule
