// SPDX-License-Identifier: MIT
// --mode=pipeline: three stages with separate threads, and bounded queues between them.
//
// Readers wait in a shared epoll set, accept, and read. Processors wait for the queue of requests, answer,
// and sleep, block or burn CPU as the task says. Repliers wait for the queue of replies and write. Each stage
// has --threads threads. A reply that does not fit into its socket blocks no thread: its client waits in the
// set for room, and goes to the repliers again. The requests of a pipelining client stay in order, and those
// without a task are answered and written together. Each stage can have the width that its work needs. But a
// request changes threads two or three times, and idle threads of one stage cannot help another. When 1,024
// requests wait, the next one is answered 503 and the connection stays open (raw: it is closed). When 1,024
// replies wait, the thread that brings the next one waits, except a replier, which writes it itself. It stops
// when the last client has gone after the stop signal; it does not wait for a thread that is still blocked
// then.
#include "base/thread_group.hpp"
#include "event/request_queue.hpp"
#include "event/shared_epoll.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

class Pipeline {
 public:
  explicit Pipeline(Server& server)
      : server_(server),
        clients_(server),
        requests_(QueueOrder::kFifo),
        replies_(QueueOrder::kFifo, RequestQueue::kMostWaiting) {}

  void run() {
    const std::size_t size = server_.pool_size();
    const ThreadGroup repliers(
        size, [this] { write_replies(); }, [this] { replies_.close(); });
    const ThreadGroup processors(
        size, [this] { process_requests(); }, [this] { requests_.close(); });
    const ThreadGroup readers(
        size, [this] { read_requests(); }, [this] { clients_.end(); });
    clients_.wait_until_drained();
  }

 private:
  void read_requests() {
    StageWorker worker(server_, clients_.io(), nullptr);
    while (Session* const session = clients_.wait()) {
      worker.wake_up();
      hand_on(*session, worker);
    }
  }

  void process_requests() {
    StageWorker worker(server_, clients_.io(), &clients_.sleep());
    requests_.serve(worker, [&](Session& session) { hand_on(session, worker); });
  }

  void write_replies() {
    StageWorker worker(server_, clients_.io(), nullptr);
    while (const auto next = replies_.pop()) {
      Session& session = **next;
      worker.wake_up();
      hand_on(session, worker, /*writes=*/true);
    }
  }

  /// Passes the session to its next stage, or back to the set. With `writes` the caller writes itself: a
  /// replier that waited for room in its own queue could block all threads.
  void hand_on(Session& first, StageWorker& worker, bool writes = false) {
    for (Session* session = &first; session != nullptr;) {
      if (session->asks()) {
        if (requests_.take(*session, worker)) return;
      } else if (session->stage == Stage::kWrite && !writes) {
        replies_.push(session);
        return;
      } else if (session->busy()) {
        worker.advance(*session);  // a read, or the write of a replier
      } else {
        session = clients_.give_back(*session);
      }
    }
  }

  Server& server_;
  SharedEpoll clients_;
  RequestQueue requests_;
  BoundedQueue<Session*> replies_;
};

}  // namespace

void run_pipeline(Server& server) { Pipeline(server).run(); }

}  // namespace majuscule
