// SPDX-License-Identifier: MIT
// One client of a mode that waits for readiness: its socket, its connection, and who has it at the moment.
// The ReadinessDriver decides how long it lives; its poller allocates and frees it.
#pragma once

#include <memory>

#include "base/intrusive_list.hpp"
#include "base/timer_wheel.hpp"
#include "base/unique_fd.hpp"
#include "http/connection.hpp"
#include "majuscule/service.hpp"
#include "server/socket_io.hpp"

namespace majuscule {

/// What a poller watches a socket for.
enum class Interest : std::uint8_t { kNone, kRead, kWrite };

/// Why a session goes on.
enum class Wake : std::uint8_t {
  kAccepted,  ///< it begins
  kReady,     ///< its socket is ready for what it was watched for
  kDue,       ///< its deadline has passed
  kSlept,     ///< its task, which slept, is done
  kClosing,   ///< the server drains: it is closed unless it has just asked for something
};

/// Who may touch a session.
enum class Phase : std::uint8_t {
  kWaits,     ///< the driver: it waits for its socket or its deadline
  kSleeps,    ///< the driver: its task sleeps
  kExecutes,  ///< an executor's threads
};

/// What a session needs next from an executor.
enum class Stage : std::uint8_t {
  kRead,    ///< it was woken: one read, or its deadline
  kAnswer,  ///< requests are there: to be answered, without their tasks
  kTask,    ///< a reply owes its task
  kReply,   ///< its task is done
  kWrite,   ///< one write
  kWait,    ///< nothing: its client must be waited for
  kGone,    ///< nothing: it is to be closed
};

/// A coroutine that serves one client.
class Resumable {
 public:
  Resumable() = default;
  Resumable(const Resumable&) = delete;
  Resumable& operator=(const Resumable&) = delete;
  virtual ~Resumable() = default;

  /// Goes on until it must wait. False when the client is to be closed.
  virtual bool resume(Wake why) = 0;
  /// Frees it, wherever it waits.
  virtual void destroy() = 0;
};

/// A poller derives from it to put its registration beside it.
struct Session : TimerWheel::Timer, IntrusiveList<Session>::Link {
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  /// For executors: whether there is anything to do before its client must be waited for.
  bool busy() const { return stage < Stage::kWait; }
  /// For executors: whether it has a request to be answered, or a task to be done.
  bool asks() const { return stage == Stage::kAnswer || stage == Stage::kTask; }

  UniqueFd fd;
  Interest interest = Interest::kNone;  ///< what its poller was told
  Phase phase = Phase::kWaits;
  Stage stage = Stage::kWait;  ///< for executors
  Wake why = Wake::kAccepted;  ///< for executors, in Stage::kRead
  std::unique_ptr<Connection> connection;
  std::unique_ptr<Outcome> owed;   ///< the reply whose task is under way; a coroutine keeps its own
  Resumable* coroutine = nullptr;  ///< null unless a coroutine serves it
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
    return receive_some(session.fd.get(), buffer, size, 0);
  }
  /// Writes what it can of the output. `count` says how much went since the last call, and kLater that the
  /// session will be ready when more has.
  virtual IoResult send(Session& session, const Output& output, std::size_t& count) {
    return send_some(session.fd.get(), output, 0, count);
  }
  /// The thread will be busy for a while: what send() took must be on its way.
  virtual void flush() {}
};

}  // namespace majuscule
