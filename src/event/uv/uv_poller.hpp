// SPDX-License-Identifier: MIT
// Waits in a libuv loop for all clients of a readiness driver, for its listeners, its timer, and the stop
// signal. run() blocks in epoll_wait(2) only, inside uv_run(), and returns when the driver has drained and
// nothing else is left on the loop. For one thread.
#pragma once

#include <span>
#include <vector>

#include "event/readiness_driver.hpp"
#include "event/uv/uv_handle.hpp"

namespace majuscule {

class UvPoller : public Poller {
 public:
  /// Without listeners, clients are handed over by add_accepted(). Throws std::system_error.
  UvPoller(Server& server, std::span<Listener> listeners, Serving& serving);

  /// Announces that the server is ready, if it has listeners, and serves until it has drained.
  void run();

  Session* add(UniqueFd& client) override;
  bool set_interest(Session& session, Interest interest) override;
  void remove(Session& session) override;
  void set_accepting(bool accepting) override;
  void set_timer(Time due) override;

 protected:
  uv_loop_t* loop() { return loop_.get(); }
  ReadinessDriver& driver() { return driver_; }
  /// To be called at the end of a callback of any other handle.
  void end_if_drained();

 private:
  UvHandle<uv_poll_t> watch(int fd);
  void wake_up();

  static UvPoller& of(const uv_loop_t* loop) { return *static_cast<UvPoller*>(loop->data); }
  static void on_ready(uv_poll_t* handle, int status, int);
  static void on_client(uv_poll_t* handle, int, int);
  static void on_timer(uv_timer_t* handle);
  static void on_stop(uv_poll_t* handle, int, int);

  Server& server_;
  UvLoop loop_;
  UvHandle<uv_timer_t> timer_;
  std::vector<UvHandle<uv_poll_t>> listener_polls_;  // one for each listener
  UvHandle<uv_poll_t> stop_;
  std::uint64_t woken_at_ = 0;
  ReadinessDriver driver_;
};

}  // namespace majuscule
