// SPDX-License-Identifier: MIT
// The single thread of a mode that finds ready descriptors by its own system calls. It waits, tells the
// readiness driver, and ends when the driver has drained. A mode derives from it and adds how to watch and
// how to wait.
#pragma once

#include <time.h>

#include <memory>
#include <vector>

#include "event/loop_serving.hpp"
#include "event/readiness_driver.hpp"

namespace majuscule {

class PollLoop : public Poller {
 public:
  explicit PollLoop(Server& server) : server_(server) {}

  /// Serves until drained. Throws std::runtime_error when a listener or the stop signal cannot be watched.
  void run();

  Session* add(UniqueFd& client) final;
  bool set_interest(Session& session, Interest interest) final {
    watch(session.fd.get(), interest);
    return true;
  }
  void remove(Session& session) final;
  void set_accepting(bool accepting) final;
  void set_timer(Time due) final { due_ = due; }

 protected:
  /// Prepares `fd` for watch(), which then needs no more memory for it. `fd` is below `end`, as are all other
  /// descriptors. Returns false when it cannot be watched.
  virtual bool prepare(int fd, std::size_t end) = 0;
  /// Watches `fd` for this interest only, also if it holds already. kNone: stops watching; `fd` may be closed
  /// next.
  virtual void watch(int fd, Interest interest) = 0;
  /// Waits until a watched descriptor is ready, for `timeout` at most (null: no limit), and appends each
  /// ready one to `ready`, which has room for all. May return early; false alarms do no harm.
  virtual void wait(const timespec* timeout, std::vector<int>& ready) = 0;

 private:
  bool make_room(int fd);
  void wait();
  void tell(ReadinessDriver& driver, int fd);

  Server& server_;
  std::vector<std::unique_ptr<Session>> sessions_;  // indexed by descriptor
  std::vector<int> ready_;
  Time due_ = kNever;
};

}  // namespace majuscule
