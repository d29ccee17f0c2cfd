// SPDX-License-Identifier: MIT
// --mode=epoll: one thread, one libuv loop that waits for every socket at once.
//
// The loop accepts, reads, answers and writes; nothing it calls may block, so one thread needs no lock
// anywhere. It waits in epoll_wait(2) only, inside uv_run(). A sleeping task is a timer; a task that blocks
// or burns CPU stalls everybody, which is the price of this model. It stops when the last client has gone
// after the stop signal.
#include <memory>
#include <vector>

#include "modes/modes.hpp"
#include "net/readiness_driver.hpp"
#include "net/uv_handle.hpp"

namespace majuscule {
namespace {

struct UvSession final : Session {
  uv_poll_t poll{};  // after uv_poll_init only uv_close()'s callback may free it
};

class UvPoller final : public Poller {
 public:
  explicit UvPoller(Server& server) : driver_(server, *this) {
    timer_ = make_uv_handle<uv_timer_t>("uv_timer_init",
                                        [&](uv_timer_t* h) { return uv_timer_init(loop_.get(), h); });
    loop_.get()->data = this;
    for (Listener& listener : server.listeners()) {
      doors_.push_back(watch(listener.fd()));
      doors_.back()->data = &listener;
    }
    stop_ = watch(server.stop().fd());
    check_uv(uv_poll_start(stop_.get(), UV_READABLE, on_stop), "uv_poll_start");
    set_accepting(true);
  }

  void run() { uv_run(loop_.get(), UV_RUN_DEFAULT); }

  Session* add(UniqueFd& client) override {
    auto session = std::make_unique<UvSession>();
    if (uv_poll_init(loop_.get(), &session->poll, client.get()) != 0) return nullptr;
    session->own(std::move(client));
    session->poll.data = session.get();
    return session.release();
  }

  void set_interest(Session& session, Interest interest) override {
    uv_poll_t* const poll = &static_cast<UvSession&>(session).poll;
    switch (interest) {
      case Interest::kNone: uv_poll_stop(poll); break;
      case Interest::kRead: uv_poll_start(poll, UV_READABLE, on_ready); break;
      case Interest::kWrite: uv_poll_start(poll, UV_WRITABLE, on_ready); break;
    }
  }

  void remove(Session& session) override {
    auto& closing = static_cast<UvSession&>(session);
    uv_close(reinterpret_cast<uv_handle_t*>(&closing.poll),
             [](uv_handle_t* h) { delete static_cast<UvSession*>(h->data); });
    closing.close_descriptor();  // the client sees it now, not when the callback runs
  }

  void set_accepting(bool accepting) override {
    for (const auto& door : doors_) {
      if (accepting) {
        uv_poll_start(door.get(), UV_READABLE, on_client);
      } else {
        uv_poll_stop(door.get());
      }
    }
  }

  void set_timer(Time due) override {
    if (due == kNever) {
      uv_timer_stop(timer_.get());
      return;
    }
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(due - monotonic_now()).count();
    uv_timer_start(timer_.get(), on_timer, delay > 0 ? static_cast<std::uint64_t>(delay) : 0, 0);
  }

 private:
  UvHandle<uv_poll_t> watch(int fd) {
    return make_uv_handle<uv_poll_t>("uv_poll_init",
                                     [&](uv_poll_t* h) { return uv_poll_init(loop_.get(), h, fd); });
  }

  // libuv tells the time of its last wait to the millisecond; the driver reads the clock once for each.
  void wake_up() {
    if (uv_now(loop_.get()) == woken_at_) return;
    woken_at_ = uv_now(loop_.get());
    driver_.wake_up();
  }

  static UvPoller& of(const uv_loop_t* loop) { return *static_cast<UvPoller*>(loop->data); }

  static void on_ready(uv_poll_t* handle, int status, int) {
    UvPoller& self = of(handle->loop);
    self.wake_up();
    auto& session = *static_cast<UvSession*>(handle->data);
    if (status == 0) {
      self.driver_.ready(session);
    } else {
      self.driver_.broken(session);  // libuv watches it no more
    }
    self.end_if_finished();
  }
  static void on_client(uv_poll_t* handle, int, int) {
    UvPoller& self = of(handle->loop);
    self.wake_up();
    self.driver_.accept(*static_cast<Listener*>(handle->data));
  }
  static void on_timer(uv_timer_t* handle) {
    UvPoller& self = of(handle->loop);
    self.driver_.wake_up();
    self.driver_.expire();
    self.end_if_finished();
  }
  static void on_stop(uv_poll_t* handle, int, int) {
    UvPoller& self = of(handle->loop);
    self.stop_.reset();
    self.doors_.clear();
    self.driver_.drain();
    self.end_if_finished();
  }

  // With the last handle closed, uv_run() returns.
  void end_if_finished() {
    if (driver_.finished()) timer_.reset();
  }

  UvLoop loop_;
  UvHandle<uv_timer_t> timer_;
  std::vector<UvHandle<uv_poll_t>> doors_;  // one for each listener
  UvHandle<uv_poll_t> stop_;
  std::uint64_t woken_at_ = 0;
  ReadinessDriver driver_;
};

}  // namespace

void run_epoll(Server& server) {
  UvPoller poller(server);
  poller.run();
}

}  // namespace majuscule
