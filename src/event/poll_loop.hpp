// SPDX-License-Identifier: MIT
// The one thread of a mode that learns by system calls of its own which descriptors are ready: waits, tells
// the readiness driver, and ends when the driver has drained. A mode derives from it, and adds how it watches
// and how it waits.
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

  /// Serves until drained. Throws std::runtime_error when a descriptor of the server's own cannot be watched.
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
  /// From now on `fd` may be watched, and needs no more memory for it; it is below `end`, like all that there
  /// are. False when it cannot be watched.
  virtual bool prepare(int fd, std::size_t end) = 0;
  /// Watches for this and nothing else, also if it is there already; kNone: not at all, and `fd` may be
  /// closed next.
  virtual void watch(int fd, Interest interest) = 0;
  /// Waits for what is watched, as long as `timeout` says (null: for ever), and appends each descriptor that
  /// is ready to `ready`, where there is room for all. May return early; false alarms do no harm.
  virtual void wait(const timespec* timeout, std::vector<int>& ready) = 0;

 private:
  bool make_room(int fd);
  void wait();
  void tell(ReadinessDriver& driver, int fd);

  Server& server_;
  std::vector<std::unique_ptr<Session>> sessions_;  // by descriptor
  std::vector<int> ready_;
  Time due_ = kNever;
};

}  // namespace majuscule
