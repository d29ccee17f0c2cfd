// SPDX-License-Identifier: MIT
// One readiness set that several threads wait on, with the readiness driver behind a mutex: for modes whose
// threads share all clients.
//
// The set is epoll(7) with EPOLLONESHOT: an event goes to one thread, and its session is that thread's until
// it is put back. Clients, listeners, the stop signal and the timer (timerfd_create(2)) are all in the set,
// so nobody has to be woken for a new deadline. Blocks in epoll_wait(2) only.
#pragma once

#include <vector>

#include "base/cancellable_sleep.hpp"
#include "base/event_flag.hpp"
#include "base/mutex.hpp"
#include "event/executor.hpp"
#include "event/readiness_driver.hpp"

namespace majuscule {

/// Thread-safe.
class SharedEpoll final : private Poller, private Executor {
 public:
  /// Throws std::system_error.
  explicit SharedEpoll(Server& server);

  /// Waits for a session whose turn it is: it is the caller's until it is put back. Accepts, and does what
  /// the timers say, meanwhile. Null when the server has drained, or end() was called.
  Session* wait() MAJUSCULE_EXCLUDES(mutex_);
  /// Gives back a session that is not busy() any more; it may be gone afterwards. Returns one whose turn it
  /// has become meanwhile, as wait() does; mostly null.
  Session* give_back(Session& session) MAJUSCULE_EXCLUDES(mutex_);
  /// Lets all return from wait(), and from then on.
  void end();
  /// Announces that the server is ready, blocks until it is told to stop, has it drain, and blocks until it
  /// has. Threads that are all at tasks do not keep it from that. Once the threads run, by another one.
  void wait_until_drained() MAJUSCULE_EXCLUDES(mutex_);

  /// What a worker on these sessions needs.
  SessionIo& io() { return *this; }
  const CancellableSleep& sleep() const { return sleep_; }

 private:
  struct OneShotSession;

  Session* take_turn() MAJUSCULE_EXCLUDES(mutex_);
  void dispatch(std::uint64_t tag) MAJUSCULE_REQUIRES(mutex_);
  void watch(int fd, std::uint32_t events);
  void rearm(int fd, std::uint32_t events);

  // For the driver, which is only called with the mutex held.
  Session* add(UniqueFd& client) override MAJUSCULE_REQUIRES(mutex_);
  bool set_interest(Session& session, Interest interest) override;
  void remove(Session& session) override MAJUSCULE_REQUIRES(mutex_);
  void set_accepting(bool accepting) override MAJUSCULE_REQUIRES(mutex_);
  void set_timer(Time due) override;
  void take(Session& session) override MAJUSCULE_REQUIRES(mutex_);
  void abort_tasks() override { sleep_.cancel(); }

  Server& server_;
  const CancellableSleep sleep_{};
  const UniqueFd set_;
  const UniqueFd timer_;
  const EventFlag end_;
  Mutex mutex_;
  std::vector<OneShotSession*> by_fd_ MAJUSCULE_GUARDED_BY(mutex_);
  std::vector<Session*> turns_ MAJUSCULE_GUARDED_BY(mutex_);  // taken by the driver's order, for any thread
  std::uint64_t generation_ MAJUSCULE_GUARDED_BY(mutex_) = 0;
  bool accepting_ MAJUSCULE_GUARDED_BY(mutex_) = true;
  ReadinessDriver driver_ MAJUSCULE_GUARDED_BY(mutex_);
};

}  // namespace majuscule
