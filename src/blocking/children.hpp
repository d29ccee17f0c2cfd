// SPDX-License-Identifier: MIT
// A forked child for each client. The parent keeps one descriptor for each (pidfd_open(2)): it turns readable
// when the child has ended, so the parent reaps its own and nobody else's, and no signal is needed.
//
// A child drains itself when its parent tells it to (by a signal that nobody else sends), and dies with its
// parent.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/child.hpp"
#include "base/log_throttle.hpp"
#include "base/unique_fd.hpp"
#include "blocking/drained_clients.hpp"
#include "server/server.hpp"

namespace majuscule {

class Children final : public DrainedClients {
 public:
  /// Serves one client, in a process of its own.
  using Work = std::function<void(Accepted client)>;

  /// Throws std::system_error.
  explicit Children(Server& server);
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Forks a child that does `work` with `client` and ends; here, `client` is closed. False, with the client
  /// still in it, when there are --max-connections already or the system has no process for it. A client
  /// counts as accepted from before the fork, and as closed when its child has been reaped, however it ended.
  bool start(Accepted& client, const Work& work);

  /// Readable when attend() has something to do.
  int fd() const { return events_.get(); }
  /// Reaps those who have ended, and passes the stop signal on. Never blocks.
  void attend();
  /// Waits until all have ended. After the stop signal.
  void wait_until_empty();

  void begin_drain() override;
  Drain& drain() override { return drain_; }
  /// Each child drains by itself: it closes its client, or aborts it.
  void obey(Drain::Step step) override;

 private:
  struct Child {
    UniqueFd ended;  // the pidfd
    pid_t pid = 0;
  };

  [[noreturn]] void become(Accepted client, const Work& work, const SignalsHeld& held);
  bool adopt(pid_t pid);
  bool watch(int fd, std::uint32_t events) const;
  void reap(Child& child);
  void reap_all();

  Server& server_;
  const pid_t parent_;
  UniqueFd any_ended_;           // a signalfd: a child has ended, perhaps one that this process did not fork
  UniqueFd events_;              // an epoll of their pidfds, and of the stop signal once
  std::vector<Child> children_;  // by the number of the descriptor
  ConnectionPermits permits_;    // one for each child
  Drain drain_;
  LogThrottle lost_client_throttle_;
};

/// Why this system cannot run it; empty when it can.
std::string why_no_children();

}  // namespace majuscule
