// SPDX-License-Identifier: MIT
// Keeps the clients of any mode that learns from the kernel which sockets are ready: accepting, timers,
// limits and the drain. The mode only waits, through its Poller; how a client is served is the Serving's.
//
// Ownership: the driver decides how long a session lives; the poller allocates and frees it, since it may
// have to keep a registration beside it. Not thread-safe; never blocks, except in a task that is meant to
// (block, cpu).
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

/// What a mode brings: its way to learn that a socket is ready. Where the kernel itself reads and writes, a
/// socket is ready when the kernel has done so.
class Poller : public SessionIo {
 public:
  /// Makes the session of a client just accepted; null, with the client untouched, if it cannot be watched.
  virtual Session* add(UniqueFd& client) = 0;
  /// From now on ReadinessDriver::ready() is wanted for this and nothing else. Only called on a change. False
  /// when the system cannot watch it: the session is closed then.
  virtual bool set_interest(Session& session, Interest interest) = 0;
  /// Watches no more, and frees the session with its descriptor, at once or later.
  virtual void remove(Session& session) = 0;
  /// ReadinessDriver::accept() is (not) wanted when a client waits.
  virtual void set_accepting(bool accepting) = 0;
  /// ReadinessDriver::expire() is wanted at this time, once; it replaces any other. kNever: not at all.
  virtual void set_timer(Time due) = 0;
  /// Whether a client just accepted is read before it is watched: its first request has often come with it.
  virtual bool reads_first() const { return true; }
};

class ReadinessDriver {
 public:
  /// Accepts from `listeners`, which are the server's; or from none, when clients are handed over.
  ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners, Serving& serving);
  ~ReadinessDriver();
  ReadinessDriver(const ReadinessDriver&) = delete;
  ReadinessDriver& operator=(const ReadinessDriver&) = delete;

  // For the mode.

  /// Reads the clock; to be called when the mode's wait returns.
  void wake_up() { steps_.wake_up(); }
  /// Accepts clients from this listener until none waits. When no more can be accepted, pauses for a moment.
  void accept(Listener& listener);
  /// Takes a client that was accepted elsewhere; its descriptor is non-blocking.
  void add_accepted(Accepted client);
  /// The session's socket is ready for what it was watched for (or broken). It may be gone afterwards. A
  /// false alarm does no harm.
  void ready(Session& session);
  /// The session's socket has failed and is not watched any more. The session is gone afterwards.
  void broken(Session& session);
  /// Does what the timers say.
  void expire();
  /// The stop signal came: begins to drain. Once.
  void drain();
  /// While it drains: no client comes any more. To be called where clients are handed over; else it does so
  /// itself.
  void end_arrivals();
  /// How many clients are served.
  std::size_t open() const { return permits_.count(); }
  /// Drained: nothing is left to wait for.
  bool drained() const { return drain_.arrivals_ended() && open() == 0 && overload_.next() == kNever; }

  // For the way of serving.

  Server& server() const { return server_; }
  const Instant& now() const { return steps_.now(); }
  /// SessionSteps::read_input(); of a client just accepted, the first read, unless the poller has none.
  bool read_input(Session& session, Wake why);
  /// SessionSteps::write().
  bool write(Session& session) { return steps_.write(session); }
  /// Does a task that occupies the thread.
  void occupy(const Task& task) { steps_.occupy(task); }
  /// Begins a task that sleeps: the session is resumed with Wake::kSlept. Its poller may tell of it
  /// meanwhile.
  void sleep(Session& session, Duration duration);
  /// Half-closes if it is time to. Returns whether the connection has ended.
  bool finish(Session& session) const;
  /// Whether the drain wants this session to be closed now.
  bool closes(const Session& session) const;
  /// Has the session resumed for what its connection wants next: its socket, its deadline. False when the
  /// system cannot watch the socket.
  bool watch(Session& session);
  /// Nothing is left to do at the moment: closes it if it has ended, else waits.
  void settle(Session& session);
  /// Takes a session back from an executor, in stage kWait or kGone. It may be gone afterwards, or taken
  /// again.
  void give_back(Session& session);
  /// Closes it: it is gone.
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
