// SPDX-License-Identifier: MIT
// --mode=pipeline: three stages with threads of their own, and bounded queues between them.
//
// Readers wait in a shared readiness set, accept, and read; processors wait for the queue of requests,
// answer, and sleep, block or burn as the task says; repliers wait for the queue of replies and write. Each
// stage has --threads threads. A reply that does not fit into its socket holds up nobody: its client is
// waited for in the set, and goes to the repliers again. The requests of a client that pipelines stay in
// order, and those without a task are answered and written together. So each stage can be as wide as its
// work needs; but a request changes threads two or three times, and the widest stage cannot help the
// narrowest. When 1,024 requests wait, the next one is answered 503 and the connection goes on (raw: it is
// closed); when 1,024 replies wait, whoever brings the next one waits, but for a replier, which writes it
// itself. It stops when the last client has gone after the stop signal; a thread that still blocks then is
// not waited for.
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

  /// To the stage that the session needs next, or back to where its client is waited for. Who `writes` does
  /// so here: a replier that waits for room in its own queue would be waited for by all.
  void hand_on(Session& first, StageWorker& worker, bool writes = false) {
    for (Session* session = &first; session != nullptr;) {
      if (session->asks()) {
        if (requests_.take(*session, worker)) return;
      } else if (session->stage == Stage::kWrite && !writes) {
        replies_.push(session);
        return;
      } else if (session->busy()) {
        worker.advance(*session);  // a read, or a write of a replier
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
