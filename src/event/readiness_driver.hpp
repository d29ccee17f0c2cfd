// SPDX-License-Identifier: MIT
// Manages the clients of every mode in which the kernel reports ready sockets: accepting, timers, limits and
// the drain. The mode only waits, through its Poller; Serving decides how a client is served.
//
// Ownership: the driver decides how long a session lives. The poller allocates and frees it, since it may
// keep a registration beside it. Not thread-safe. Never blocks, except in a task of kind block or cpu.
#pragma once

#include <memory>
#include <span>

#include "base/log_throttle.hpp"
#include "event/serving.hpp"
#include "event/session_steps.hpp"
#include "http/request_context.hpp"
#include "server/drain.hpp"
#include "server/overload_responder.hpp"

namespace majuscule {

/// How a mode learns that a socket is ready. Where the kernel itself reads and writes, a socket is ready when
/// the kernel has done so.
class Poller : public SessionIo {
 public:
  /// Makes the session of a client just accepted. Returns null and leaves the client untouched if it cannot
  /// be watched.
  virtual Session* add(UniqueFd& client) = 0;
  /// From now on, ready() is to be called for this interest only. Called on changes only. Returns false when
  /// the system cannot watch it; the driver then closes the session.
  virtual bool set_interest(Session& session, Interest interest) = 0;
  /// Stops watching, and frees the session with its descriptor, now or later.
  virtual void remove(Session& session) = 0;
  /// Whether to call accept() when a client waits.
  virtual void set_accepting(bool accepting) = 0;
  /// Sets the time of the next call of expire(), replacing any other. kNever: no call.
  virtual void set_timer(Time due) = 0;
  /// Whether to read from a new client before watching it: its first request has often arrived already.
  virtual bool reads_first() const { return true; }
};

class ReadinessDriver {
 public:
  /// Accepts from `listeners` of the server; from none if clients are handed over by add_accepted().
  ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners, Serving& serving);
  ~ReadinessDriver();
  ReadinessDriver(const ReadinessDriver&) = delete;
  ReadinessDriver& operator=(const ReadinessDriver&) = delete;

  // Called by the mode:

  /// Reads the clock. To be called when the mode's wait returns.
  void wake_up() { steps_.wake_up(); }
  /// Accepts clients from this listener until its queue is empty. Pauses for a moment when no more can be
  /// accepted.
  void accept(Listener& listener);
  /// Adds a client that was accepted elsewhere; its descriptor is non-blocking.
  void add_accepted(Accepted client);
  /// The session's socket is ready for its interest, or broken. The session may be gone afterwards. A false
  /// alarm does no harm.
  void ready(Session& session);
  /// The session's socket has failed and is no longer watched. The session is gone afterwards.
  void broken(Session& session);
  /// Does what is due: timers, deadlines, the drain.
  void expire();
  /// The stop signal came: begins the drain. To be called once.
  void drain();
  /// During a drain: no client follows. To be called where clients are handed over; otherwise the driver does
  /// it.
  void end_arrivals();
  /// Returns how many clients are connected.
  std::size_t open() const { return permits_.count(); }
  /// Returns whether the drain has ended: no client is left, and none follows.
  bool drained() const { return drain_.arrivals_ended() && open() == 0 && overload_.next() == kNever; }

  // Called by the Serving:

  Server& server() const { return server_; }
  const Instant& now() const { return steps_.now(); }
  /// SessionSteps::read_input(). For a new client it reads first, unless the poller does not.
  bool read_input(Session& session, Wake why);
  /// SessionSteps::write().
  bool write(Session& session) { return steps_.write(session); }
  /// Does a task that occupies the thread.
  void occupy(const Task& task) { steps_.occupy(task); }
  /// Begins a task that sleeps. The session is resumed with Wake::kSlept; meanwhile its poller may call
  /// ready().
  void sleep(Session& session, Duration duration);
  /// Shuts down writing if the connection asks for it. Returns whether the connection has ended.
  bool finish(Session& session) const;
  /// Returns whether the drain closes this session now.
  bool closes(const Session& session) const;
  /// Waits for what the connection needs next: its socket, its deadline. Returns false when the system cannot
  /// watch the socket.
  bool watch(Session& session);
  /// There is nothing to do at the moment: closes the session if its connection has ended, otherwise waits.
  void settle(Session& session);
  /// Takes a session back from an executor, in stage kWait or kGone. The session may be gone afterwards, or
  /// with the executor again.
  void give_back(Session& session);
  /// Closes the connection. The session is gone afterwards.
  void close(Session& session);

 private:
  static constexpr std::size_t kPooledExchanges = 256;
  static constexpr int kAcceptsAtOnce = 512;
  static constexpr Duration kAcceptPause = std::chrono::milliseconds(50);

  AcceptResult accept_one(Listener& listener);
  bool admit(Accepted client);
  void resume(Session& session, Wake why);
  bool set_interest(Session& session, Interest interest);
  void pause_accepting(std::string_view reason);
  void obey_drain();
  void close_idle();
  void take_queued();
  void abort();
  void arm();

  Server& server_;
  Poller& poller_;
  const std::span<Listener> listeners_;
  Serving& serving_;
  SessionSteps steps_;
  const std::unique_ptr<RequestContextPool> pool_;
  ConnectionContext context_;
  TimerWheel wheel_;
  Time armed_ = kNever;
  TimerWheel::Timer drain_timer_, refusal_timer_, accept_timer_;
  OverloadResponder overload_{server_};
  LogThrottle pause_throttle_;
  IntrusiveList<Session> sessions_;
  ConnectionPermits permits_;  // one for each session
  Drain drain_;
  bool accepting_ = true;
};

}  // namespace majuscule
