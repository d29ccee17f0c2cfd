// SPDX-License-Identifier: MIT
// Keeps the clients of any mode that learns from the kernel which sockets are ready: accepting, timers,
// limits and the drain. The mode only waits, through its Poller. What a client needs is done at once, on the
// thread that calls: by steps of the driver's own or by a Conversation; unless a Crew does it, on whatever
// threads.
//
// Ownership: the driver decides how long a session lives; the poller allocates and frees it, since it may
// have to keep a registration beside it. Not thread-safe; never blocks, except in a task that is meant to
// (block, cpu).
#pragma once

#include <memory>
#include <span>

#include "base/complaint.hpp"
#include "base/timer_wheel.hpp"
#include "event/session.hpp"
#include "event/session_worker.hpp"
#include "http/exchange.hpp"
#include "server/refusals.hpp"
#include "server/server.hpp"

namespace majuscule {

/// What a mode brings: its way to learn that a socket is ready. Where the kernel itself reads and writes, a
/// socket is ready when the kernel has done so.
class Poller : public SessionIo {
 public:
  /// Makes the session of a client just accepted; null, with the client untouched, if it cannot be watched.
  virtual Session* add(UniqueFd& client) = 0;
  /// From now on ReadinessDriver::ready() is wanted for this and nothing else. Only called on a change.
  virtual void set_interest(Session& session, Interest interest) = 0;
  /// Watches no more, and frees the session with its descriptor, at once or later.
  virtual void remove(Session& session) = 0;
  /// ReadinessDriver::accept() is (not) wanted when a client waits.
  virtual void set_accepting(bool accepting) = 0;
  /// ReadinessDriver::expire() is wanted at this time, once; it replaces any other. kNever: not at all.
  virtual void set_timer(Time due) = 0;
};

/// Works on sessions elsewhere. The driver leaves a session alone that its crew has taken.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  virtual ~Crew() = default;

  /// Takes a session that is busy(): its stages are to be done, then it is to be put back.
  virtual void take(Session& session) = 0;
  /// The drain timeout has passed: tasks that sleep are to be given up.
  virtual void cut() = 0;
};

class ReadinessDriver {
 public:
  /// Accepts from `listeners`, which are the server's; or from none, when clients are handed over.
  /// `converse`: how to talk to clients, if not by the driver's own steps. `crew`: who works on sessions, if
  /// not the driver itself; then there is no `converse`.
  ReadinessDriver(Server& server, Poller& poller, std::span<Listener> listeners, Converse converse = nullptr,
                  Crew* crew = nullptr);
  ~ReadinessDriver();
  ReadinessDriver(const ReadinessDriver&) = delete;
  ReadinessDriver& operator=(const ReadinessDriver&) = delete;

  /// Reads the clock; to be called when the mode's wait returns.
  void wake_up() { worker_.wake_up(); }

  /// Accepts clients from this listener until none waits. When no more can be accepted, pauses for a moment.
  void accept(Listener& listener);
  /// Takes a client that was accepted elsewhere; its descriptor is non-blocking, or the poller makes it so.
  void adopt(Accepted client);
  /// The session's socket is ready for what it was watched for (or broken). It may be gone afterwards. A
  /// false alarm does no harm.
  void ready(Session& session);
  /// The session's socket has failed and is not watched any more. The session is gone afterwards.
  void broken(Session& session);
  /// Takes a session back from the crew. It may be gone afterwards, or taken again.
  void put_back(Session& session);
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

  static constexpr std::size_t kPooledExchanges = 256;
  static constexpr int kAcceptsAtOnce = 512;
  /// While draining, how long a client that has asked nothing yet may still ask.
  static constexpr Duration kFreshGrace = std::chrono::seconds(1);
  static constexpr Duration kAcceptPause = std::chrono::milliseconds(50);

  AcceptResult accept_one(Listener& listener);
  bool admit(Accepted client);
  void wake(Session& session, Wake why);
  void resume(Session& session, Wake why);
  void serve(Session& session);
  void settle(Session& session);
  bool hear(Session& session, Wake why);
  bool write(Session& session) { return worker_.write(session); }
  bool work(Session& session, const Task& task);
  bool finished(Session& session);
  bool dismissed(const Session& session) const;
  void wait(Session& session);
  void close(Session& session);
  void set_interest(Session& session, Interest interest);
  void pause_accepting(std::string_view reason);
  void dismiss_idle();
  void empty_queues();
  void let_fresh_ask();
  void cut();
  void arm();

  Server& server_;
  Poller& poller_;
  const std::span<Listener> listeners_;
  const Converse converse_;
  Crew* const crew_;
  SessionWorker worker_;
  const Instant& now_ = worker_.now();
  const std::unique_ptr<ExchangePool> pool_;
  ConnectionContext context_;
  TimerWheel wheel_;
  Time armed_ = kNever;
  TimerWheel::Timer queues_end_, drain_end_, fresh_end_, refusal_end_, accept_again_;
  Refusals refusals_{server_};
  Complaint pausing_;
  IntrusiveList<Session> sessions_;
  std::size_t open_ = 0;
  bool listening_ = true;
  bool draining_ = false;
  bool idle_dismissed_ = false;
  bool accepting_ = true;
  bool cut_ = false;
};

}  // namespace majuscule
