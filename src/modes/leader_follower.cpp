// SPDX-License-Identifier: MIT
// --mode=leader-follower: threads that take turns at waiting (Schmidt's leader/followers).
//
// All --threads threads share one epoll set. One of them, the leader, waits in it for the next event, which
// may also be a new client or a deadline. The followers wait to become leader. When the leader gets a
// client's event, it promotes a follower and serves that client itself: it reads, answers, sleeps, blocks or
// burns CPU as the task says, and writes. Then it is a follower again. So a request never changes threads and
// passes no queue. But each request costs a change of leader and a system call to arm its client again. While
// all threads are busy with tasks, none waits: new clients stay in the backlog, and none is refused. The main
// thread serves no clients; it handles the stop signal and the drain timeout. Shared state is behind mutexes.
// It stops when the last client has gone after the stop signal; it does not wait for a thread that is still
// blocked then.
#include <condition_variable>

#include "base/mutex.hpp"
#include "base/thread_group.hpp"
#include "event/shared_epoll.hpp"
#include "event/stage_worker.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

/// Allows one leader at a time.
class Leadership {
 public:
  /// Waits as a follower until there is no leader, then leads.
  void take() MAJUSCULE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (taken_) promotion_.wait(mutex_);
    taken_ = true;
  }
  /// Stops leading: a follower takes over.
  void promote_a_follower() MAJUSCULE_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      taken_ = false;
    }
    promotion_.notify_one();
  }

 private:
  Mutex mutex_;
  std::condition_variable_any promotion_;
  bool taken_ MAJUSCULE_GUARDED_BY(mutex_) = false;
};

void lead_and_serve(Server& server, SharedEpoll& clients, Leadership& leadership) {
  StageWorker worker(server, clients.io(), &clients.sleep());
  for (;;) {
    leadership.take();
    Session* session = clients.wait();
    leadership.promote_a_follower();
    if (session == nullptr) return;
    do {
      worker.wake_up();
      while (session->busy()) worker.advance(*session);
      session = clients.give_back(*session);
    } while (session != nullptr);
  }
}

}  // namespace

void run_leader_follower(Server& server) {
  SharedEpoll clients(server);
  Leadership leadership;
  const auto work = [&] { lead_and_serve(server, clients, leadership); };
  const ThreadGroup threads(server.pool_size(), work, [&] { clients.end(); });
  clients.wait_until_drained();
}

}  // namespace majuscule
