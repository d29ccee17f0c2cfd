// SPDX-License-Identifier: MIT
// --mode=half-sync: a loop for the clients, a pool of threads for their requests (Schmidt's
// half-sync/half-async).
//
// The asynchronous half is one libuv loop. It accepts, reads and writes, waits in epoll_wait(2) only, and
// puts each client with a complete request into a bounded queue: fifo, lifo, or by the client's urgency
// (Priority: u=0 to 7, RFC 9218). The synchronous half is --threads threads, which wait for that queue,
// answer, and sleep, block or burn CPU as the task says. Replies return through a second queue, in batches of
// one wakeup of the loop. So a slow client costs no thread, and a slow task stalls no other client. But each
// request changes threads twice, and only as many tasks run at once as there are threads. A pipelining client
// is one entry in the queue: its requests without a task are answered together. When 1,024 entries wait, the
// next request is answered 503 and the connection stays open (raw: it is closed). It stops when the last
// client has gone after the stop signal; it does not wait for a thread that is still blocked then.
#include "base/thread_group.hpp"
#include "event/executor.hpp"
#include "event/request_queue.hpp"
#include "event/uv/uv_poller.hpp"
#include "modes/modes.hpp"

namespace majuscule {
namespace {

class HalfSync final : private Executor, private UvPoller {
 public:
  explicit HalfSync(Server& server)
      : UvPoller(server, server.listeners(), *this),
        server_(server),
        worker_(server, *this, nullptr),
        requests_(server.queue_order()),
        replies_(QueueOrder::kFifo, RequestQueue::kMostWaiting),
        returns_(make_uv_handle<uv_async_t>(
            "uv_async_init", [&](uv_async_t* h) { return uv_async_init(loop(), h, on_return); })) {
    returns_->data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(returns_.get()));
  }

  void run() {
    const ThreadGroup pool(
        server_.pool_size(), [this] { answer(); }, [this] { requests_.close(); });
    UvPoller::run();
  }

 private:
  // The synchronous half, on each thread of the pool.
  void answer() {
    StageWorker worker(server_, *this, &sleep_);
    requests_.serve(worker, [this](Session& session) {
      replies_.push(&session);
      uv_async_send(returns_.get());
    });
  }

  // The asynchronous half, on the loop.
  void take(Session& session) override {
    worker_.wake_up();
    while (session.busy()) {
      if (!session.asks()) {
        worker_.advance(session);
      } else if (requests_.take(session, worker_)) {
        if (out_++ == 0) uv_ref(reinterpret_cast<uv_handle_t*>(returns_.get()));
        return;
      }
    }
    driver().give_back(session);
  }

  static void on_return(uv_async_t* handle) {
    auto& self = *static_cast<HalfSync*>(handle->data);
    self.driver().wake_up();
    while (const auto session = self.replies_.try_pop()) {
      if (--self.out_ == 0) uv_unref(reinterpret_cast<uv_handle_t*>(handle));
      self.take(**session);
    }
    self.end_if_drained();
  }

  void abort_tasks() override { sleep_.cancel(); }

  Server& server_;
  StageWorker worker_;              // for the loop
  const CancellableSleep sleep_{};  // for the pool's tasks
  RequestQueue requests_;
  BoundedQueue<Session*> replies_;
  UvHandle<uv_async_t> returns_;
  std::size_t out_ = 0;  // sessions that the pool has; while there are any, the loop goes on
};

}  // namespace

void run_half_sync(Server& server) { HalfSync(server).run(); }

}  // namespace majuscule
