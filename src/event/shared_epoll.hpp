// SPDX-License-Identifier: MIT
// One epoll set that several threads wait on, with the readiness driver behind a mutex: for modes whose
// threads share all clients.
//
// The set uses EPOLLONESHOT (epoll(7)): an event goes to one thread, and that thread has the session until it
// gives it back. Clients, listeners, the stop signal and the timer (timerfd_create(2)) are all in the set, so
// a new deadline needs no wakeup. Blocks in epoll_wait(2) only.
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

  /// Waits for a session that can go on; the caller has it until give_back(). Meanwhile accepts clients and
  /// handles timers. Returns null when the server has drained or end() was called.
  Session* wait() MAJUSCULE_EXCLUDES(mutex_);
  /// Gives back a session that is no longer busy(); it may be gone afterwards. Returns a session that can go
  /// on now, as wait() does; usually null.
  Session* give_back(Session& session) MAJUSCULE_EXCLUDES(mutex_);
  /// Makes every wait() return, also later ones.
  void end();
  /// Announces that the server is ready, blocks until the stop signal, begins the drain, and blocks until it
  /// has ended. Works even if all threads are busy with tasks. To be called once the threads run, on another
  /// thread.
  void wait_until_drained() MAJUSCULE_EXCLUDES(mutex_);

  /// For the StageWorkers on these sessions.
  SessionIo& io() { return *this; }
  const CancellableSleep& sleep() const { return sleep_; }

 private:
  struct OneShotSession;

  Session* take_turn() MAJUSCULE_EXCLUDES(mutex_);
  void dispatch(std::uint64_t tag) MAJUSCULE_REQUIRES(mutex_);
  void watch(int fd, std::uint32_t events);
  void rearm(int fd, std::uint32_t events);

  // Called by the driver, always with the mutex held.
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
  std::vector<Session*> turns_ MAJUSCULE_GUARDED_BY(mutex_);  // sessions that can go on, for any thread
  std::uint64_t generation_ MAJUSCULE_GUARDED_BY(mutex_) = 0;
  bool accepting_ MAJUSCULE_GUARDED_BY(mutex_) = true;
  ReadinessDriver driver_ MAJUSCULE_GUARDED_BY(mutex_);
};

}  // namespace majuscule
