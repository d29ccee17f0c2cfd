// SPDX-License-Identifier: MIT
// --mode=uring: one thread, and a kernel that does the I/O.
//
// The thread does not wait for sockets to become ready. It submits operations to the kernel (accept, receive,
// send) and receives their completions. It waits in io_uring_enter(2) only, the one system call of a turn,
// which submits all new operations and returns all completions. Multishot operations are submitted once and
// complete many times. A sleeping task is a timer; one that blocks or burns CPU stalls all clients, as in
// --mode=epoll.
//
// An idle client costs no buffer (the kernel picks one of a common ring when bytes arrive). A send costs a
// copy, since its bytes must stay in place until the kernel is done. It breaks where io_uring is disabled,
// and before Linux 6.0. It stops when the last client has gone after the stop signal, and all operations have
// completed.
//
// A multishot accept returns no addresses, and a connection that was reset has none any more. So with
// --access-log the kernel only reports that a client waits, and accept4(2) takes each client with its
// address, which costs one more call a client.
#include "modes/modes.hpp"

#if defined(MAJUSCULE_HAS_URING)
#include <poll.h>

#include <cerrno>
#include <deque>
#include <new>
#include <stdexcept>
#include <vector>

#include "event/loop_serving.hpp"
#include "event/uring/uring_poller.hpp"
#endif

namespace majuscule {

#if defined(MAJUSCULE_HAS_URING)

namespace {

class UringLoop final : public UringPoller {
 public:
  explicit UringLoop(Server& server) : server_(server), driver_(server, *this, server.listeners(), serving_) {
    for (Listener& listener : server.listeners()) accepts_.push_back({&listener});
    ring_.start(tag(this, Operation::kStop),
                [&](io_uring_sqe* entry) { ::io_uring_prep_poll_add(entry, server.stop().fd(), POLLIN); });
    set_accepting(true);
  }

  void run() {
    server_.announce_ready();
    while (!driver_.drained() || !idle()) {
      ring_.wait(due_);
      driver_.wake_up();
      take_completions();
      if (std::exchange(stopping_, false)) driver_.drain();
      take_clients();
      if (due_ <= monotonic_now()) {
        due_ = kNever;
        driver_.expire();
      }
      serve_ready(driver_);
    }
  }

  void set_accepting(bool accepting) override {
    accepting_ = accepting;
    for (Accept& accept : accepts_) {
      if (accepting && !accept.open) open(accept);
      if (!accepting && accept.open) ring_.cancel(tag(&accept, Operation::kAccept));
    }
    if (accepting) return;
    ring_.catch_up();  // from here on no client is accepted
    take_completions();
  }

  void set_timer(Time due) override { due_ = due; }

 private:
  struct Accept {
    Listener* listener;
    bool open = false;    // the kernel accepts, or reports that a client waits
    bool polls = false;   // it only reports
    bool failed = false;  // its last accept failed
    bool look = false;    // a client may wait
  };

  void open(Accept& accept) {
    accept.open = true;
    // Clients that wait in an inherited listener when the stop signal comes belong to the next server, so
    // they must not be accepted.
    accept.polls = accept.listener->inherited() || server_.access_log() != nullptr ||
                   std::exchange(accept.failed, false);
    ring_.start(tag(&accept, Operation::kAccept), [&](io_uring_sqe* entry) {
      if (accept.polls) return ::io_uring_prep_poll_add(entry, accept.listener->fd(), POLLIN);
      ::io_uring_prep_multishot_accept(entry, accept.listener->fd(), nullptr, nullptr,
                                       SOCK_NONBLOCK | SOCK_CLOEXEC);
    });
  }

  void completed(Operation operation, void* about, const io_uring_cqe& completion) override {
    if (operation == Operation::kStop) {
      stopping_ = true;
      return;
    }
    auto& accept = *static_cast<Accept*>(about);
    if ((completion.flags & IORING_CQE_F_MORE) == 0) accept.open = false;
    if (completion.res < 0 || accept.polls) {
      accept.look = completion.res != -ECANCELED;
      accept.failed = accept.look && !accept.polls;
      return;
    }
    UniqueFd client(completion.res);
    try {
      accepted_.push_back({std::move(client), {}, accept.listener->protocol()});
    } catch (const std::bad_alloc&) {
      accept.look = true;
    }
  }

  void take_clients() {
    for (; !accepted_.empty(); accepted_.pop_front()) {  // pausing may add more
      driver_.add_accepted(std::move(accepted_.front()));
    }
    for (Accept& accept : accepts_) {
      if (std::exchange(accept.look, false)) driver_.accept(*accept.listener);
      if (accepting_ && !accept.open) open(accept);
    }
  }

  Server& server_;
  LoopServing serving_;
  std::vector<Accept> accepts_;  // one for each listener
  std::deque<Accepted> accepted_;
  bool accepting_ = false;
  bool stopping_ = false;
  Time due_ = kNever;
  ReadinessDriver driver_;
};

}  // namespace

std::string why_no_uring() try {
  Uring ring;
  const ReceiveBuffers buffers(ring);
  return {};
} catch (const std::runtime_error& e) {
  return e.what();
}

void run_uring(Server& server) {
  UringLoop loop(server);
  loop.run();
}

#else

std::string why_no_uring() { return "built without liburing (liburing-dev)"; }

void run_uring(Server&) {}

#endif

}  // namespace majuscule
