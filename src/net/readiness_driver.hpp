// SPDX-License-Identifier: MIT
// Drives many connections on one thread for any mode that learns from the kernel which sockets are ready: it
// does the one read and the one write, the timers, the limits and the drain. The mode only waits, through its
// Poller.
//
// Ownership: the driver decides how long a session lives; the poller allocates and frees it, since it may
// have to keep a registration beside it. Not thread-safe; never blocks, except in a task that is meant to
// (block, cpu).
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "core/exchange.hpp"
#include "core/timer_wheel.hpp"
#include "net/clock.hpp"
#include "net/complaint.hpp"
#include "net/refusals.hpp"
#include "net/server.hpp"
#include "net/socket_io.hpp"

namespace majuscule {

enum class Interest : std::uint8_t { kNone, kRead, kWrite };

/// Why a session goes on.
enum class Wake : std::uint8_t {
  kAccepted,   ///< it begins
  kReady,      ///< its socket is ready for what it was watched for
  kDue,        ///< its deadline has passed, or its task is done
  kDismissed,  ///< the server drains: let it go unless it has just asked for something
};

class ReadinessDriver;
class Session;

/// Talks to one client in place of the driver's own steps. A coroutine is one.
class Conversation {
 public:
  Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// Goes on until it must wait. False when the client is to be let go.
  virtual bool resume(Wake why) = 0;
  /// Frees it, wherever it waits.
  virtual void destroy() = 0;

 protected:
  ~Conversation() = default;
};
/// Makes the conversation with a client just accepted; its first resume() begins it.
using Converse = Conversation& (*)(ReadinessDriver& driver, Session& session);

/// One client. The poller derives from it to put its registration beside it.
class Session : private TimerWheel::Timer {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;

  int fd() const { return fd_.get(); }
  void own(UniqueFd fd) { fd_ = std::move(fd); }
  /// For a poller that must keep the rest of the session for a while: the client sees the end at once.
  void close_descriptor() { fd_.reset(); }

 private:
  friend class ReadinessDriver;
  friend class CoroutineClient;

  UniqueFd fd_;
  Interest interest_ = Interest::kNone;
  bool working_ = false;  // its sleep task is under way
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Reply> owed_;           // behind that task, without a conversation of its own
  Conversation* conversation_ = nullptr;  // null: the driver's steps
  Session* previous_ = nullptr;
  Session* next_ = nullptr;
};

/// What a mode brings: its way to learn that a socket is ready. Where the kernel itself reads and writes, a
/// socket is ready when the kernel has done so.
class Poller {
 public:
  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  virtual ~Poller() = default;

  /// Makes the session of a client just accepted; null, with the client untouched, if it cannot be watched.
  virtual Session* add(UniqueFd& client) = 0;
  /// From now on ReadinessDriver::ready() is wanted for this and nothing else. Only called on a change.
  virtual void set_interest(Session& session, Interest interest) = 0;
  /// Watches no more, and frees the session with its descriptor, at once or later.
  virtual void remove(Session& session) = 0;
  /// ReadinessDriver::accept() is (not) wanted when a client waits.
  virtual void set_accepting(bool accepting) = 0;
  /// ReadinessDriver::expire() is wanted at this time, which replaces any other; kNever: not at all.
  virtual void set_timer(Time due) = 0;

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

class ReadinessDriver {
 public:
  /// Accepts from `listeners`, which are the server's; or from none, when clients are handed over.
  /// `converse`: how to talk to clients, if not by the driver's own steps.
  ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners, Converse converse = nullptr);
  ~ReadinessDriver();
  ReadinessDriver(const ReadinessDriver&) = delete;
  ReadinessDriver& operator=(const ReadinessDriver&) = delete;

  /// Reads the clock; to be called when the mode's wait returns.
  void wake_up() { now_ = clock_.now(); }

  /// Takes clients from this listener until nobody waits.
  void accept(Listener& listener);
  /// Takes a client that was accepted elsewhere; its descriptor is non-blocking, or the poller makes it so.
  void adopt(UniqueFd client, Protocol protocol);
  /// The session's socket is ready for what it was watched for (or broken). It may be gone afterwards. A
  /// false alarm does no harm.
  void ready(Session& session);
  /// The session's socket has failed and is not watched any more. The session is gone afterwards.
  void broken(Session& session);
  /// Does what the timers say.
  void expire();
  /// The stop signal came: begins to drain. Once.
  void drain();
  /// While it drains: nobody comes any more. To be called where clients are handed over; else it does so
  /// itself.
  void end_arrivals();
  /// How many clients are served.
  std::size_t open() const { return open_; }
  /// Drained: nothing is left to wait for.
  bool finished() const { return !listening_ && open_ == 0 && refusals_.next() == kNever; }

 private:
  friend class CoroutineClient;

  static constexpr std::size_t kReadSize = Connection::kLargestRead;
  static constexpr std::size_t kPooledExchanges = 256;
  static constexpr int kAcceptsAtOnce = 512;
  /// While draining, how long a client that has asked nothing yet may still ask.
  static constexpr Duration kFreshGrace = std::chrono::seconds(1);
  static constexpr Duration kAcceptPause = std::chrono::milliseconds(50);

  AcceptResult accept_one(Listener& listener);
  bool admit(UniqueFd client, Protocol protocol);
  void wake(Session& session, Wake why);
  bool proceed(Session& session, Wake why);
  bool hear(Session& session, Wake why);
  bool read(Session& session);
  bool write(Session& session);
  bool work(Session& session, const Task& task);
  bool finished(Session& session);
  bool dismissed(const Session& session) const;
  void wait(Session& session);
  void close(Session& session);
  void set_interest(Session& session, Interest interest);
  void pause_accepting();
  void let_idle_go();
  void empty_queues();
  void let_fresh_ask();
  void cut();
  void arm();

  Server& server_;
  Poller& poller_;
  const std::span<Listener> listeners_;
  const Converse converse_;
  Clock clock_;
  Instant now_;
  ExchangePool pool_{kPooledExchanges};
  ConnectionContext context_;
  TimerWheel wheel_;
  Time armed_ = kNever;
  TimerWheel::Timer queues_end_, drain_end_, fresh_end_, refusal_end_, accept_again_;
  Refusals refusals_{server_};
  Complaint exhausted_;
  Session* sessions_ = nullptr;
  std::size_t open_ = 0;
  bool listening_ = true;
  bool draining_ = false;
  bool accepting_ = true;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace majuscule
