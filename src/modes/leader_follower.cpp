// SPDX-License-Identifier: MIT
// --mode=leader-follower: threads that take turns at waiting (Schmidt's leader/followers).
//
// All --threads threads share one readiness set. One of them, the leader, waits in it for the next event,
// also for clients to accept and for deadlines; the followers wait for the lead. When the leader has a
// client whose turn it is, it promotes a follower, and serves that client itself: it reads, answers, sleeps,
// blocks or burns as the task says, and writes; then it is a follower again. So a request never changes
// threads and no queue stands between them; but each one costs a change of leader, and an event more for
// arming its client again, and while all threads are at tasks nobody waits: new clients stay in the backlog,
// and nobody is refused; the stop signal and the drain timeout are the main thread's, which serves nobody.
// What all share sits behind mutexes. It stops when the last client has gone after the stop signal; a thread
// that still blocks then is not waited for.
#include <condition_variable>

#include "base/mutex.hpp"
#include "base/thread_group.hpp"
#include "event/shared_epoll.hpp"
#include "event/stage_worker.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

/// There is one leader at most.
class Leadership {
 public:
  /// Waits, as a follower, until there is no leader, and leads.
  void take() MAJUSCULE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    while (taken_) promotion_.wait(mutex_);
    taken_ = true;
  }
  /// Leads no more: another one does.
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
