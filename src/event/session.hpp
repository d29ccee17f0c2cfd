// SPDX-License-Identifier: MIT
// One client of a mode that waits for readiness: its socket, its connection, and which thread may use it. The
// ReadinessDriver decides how long it lives; its poller allocates and frees it.
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

/// Why a session is resumed.
enum class Wake : std::uint8_t {
  kAccepted,  ///< it is new
  kReady,     ///< its socket is ready for its interest
  kDue,       ///< its deadline has passed
  kSlept,     ///< its task has finished sleeping
  kClosing,   ///< the server drains: close it unless a request has just arrived
};

/// Which thread may use a session.
enum class Phase : std::uint8_t {
  kWaits,     ///< the driver's: it waits for its socket or its deadline
  kSleeps,    ///< the driver's: its task sleeps
  kExecutes,  ///< an executor's
};

/// The next stage of a session in an executor.
enum class Stage : std::uint8_t {
  kRead,    ///< one read, or handling of its deadline
  kAnswer,  ///< answer its requests, without their tasks
  kTask,    ///< do the task of a reply
  kReply,   ///< queue the reply whose task is done
  kWrite,   ///< one write
  kWait,    ///< nothing: wait for its client
  kGone,    ///< nothing: close it
};

/// A coroutine that serves one client.
class Resumable {
 public:
  Resumable() = default;
  Resumable(const Resumable&) = delete;
  Resumable& operator=(const Resumable&) = delete;
  virtual ~Resumable() = default;

  /// Resumes it until it must wait. Returns false when the client must be closed.
  virtual bool resume(Wake why) = 0;
  /// Frees it, wherever it waits.
  virtual void destroy() = 0;
};

/// A poller derives from it to add its registration.
struct Session : TimerWheel::Timer, IntrusiveList<Session>::Link {
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  /// For executors: returns whether there is work before its client must be waited for.
  bool busy() const { return stage < Stage::kWait; }
  /// For executors: returns whether it has a request to answer or a task to do.
  bool asks() const { return stage == Stage::kAnswer || stage == Stage::kTask; }

  UniqueFd fd;
  Interest interest = Interest::kNone;  ///< the interest last passed to its poller
  Phase phase = Phase::kWaits;
  Stage stage = Stage::kWait;  ///< for executors
  Wake why = Wake::kAccepted;  ///< for executors, in Stage::kRead
  std::unique_ptr<Connection> connection;
  std::unique_ptr<Outcome> owed;   ///< the reply whose task is in progress; a coroutine keeps its own
  Resumable* coroutine = nullptr;  ///< null unless a coroutine serves it
};

/// Reads and writes the sockets of sessions.
class SessionIo {
 public:
  SessionIo() = default;
  SessionIo(const SessionIo&) = delete;
  SessionIo& operator=(const SessionIo&) = delete;
  virtual ~SessionIo() = default;

  /// Reads what has arrived. The bytes, in `buffer` or elsewhere, are valid until the next call.
  virtual Received receive(Session& session, char* buffer, std::size_t size) {
    return receive_some(session.fd.get(), buffer, size, 0);
  }
  /// Writes as much output as it can. `count` tells how much was written since the last call. kLater: the
  /// session becomes ready when more can be written.
  virtual IoResult send(Session& session, const Output& output, std::size_t& count) {
    return send_some(session.fd.get(), output, 0, count);
  }
  /// The thread will be busy for a while: data that send() took must leave now.
  virtual void flush() {}
};

}  // namespace majuscule
