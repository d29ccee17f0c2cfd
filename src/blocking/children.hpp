// SPDX-License-Identifier: MIT
// Forks a child for each client. The parent keeps one descriptor for each child (pidfd_open(2)), which turns
// readable when the child has ended. So the parent reaps only its own children, and needs no signal.
//
// A child drains when its parent tells it to, by a signal that no other program sends, and dies with its
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
  /// Serves one client in the child process.
  using Work = std::function<void(Accepted client)>;

  /// Throws std::system_error.
  explicit Children(Server& server);
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Forks a child that calls `work` with `client` and exits; the parent closes its copy of `client`. Returns
  /// false and leaves the client in it when --max-connections is reached or the system refuses another
  /// process. The client counts as accepted from before the fork, and as closed when its child has been
  /// reaped, however it ended.
  bool start(Accepted& client, const Work& work);

  /// Readable when handle_event() is to be called.
  int fd() const { return events_.get(); }
  /// Reaps children that have ended, and forwards the stop signal. Never blocks.
  void handle_event();
  /// Waits until all children have ended. After the stop signal.
  void wait_until_empty();

  void begin_drain() override;
  Drain& drain() override { return drain_; }
  /// Each child drains itself: it closes its client, or aborts the connection.
  void obey(Drain::Step step) override;

 private:
  struct Child {
    UniqueFd ended;  // the pidfd
    pid_t pid = 0;
  };

  [[noreturn]] void run_child(Accepted client, const Work& work, const SignalsHeld& held);
  bool watch_child(pid_t pid);
  bool watch(int fd, std::uint32_t events) const;
  void reap(Child& child);
  void reap_all();

  Server& server_;
  const pid_t parent_;
  UniqueFd any_ended_;           // a signalfd: a child has ended, possibly one that this process did not fork
  UniqueFd events_;              // an epoll of the pidfds, and of the stop signal once
  std::vector<Child> children_;  // indexed by the pidfd
  ConnectionPermits permits_;    // one for each child
  Drain drain_;
  LogThrottle lost_client_throttle_;
};

/// Returns why this system cannot run such children; empty when it can.
std::string why_no_children();

}  // namespace majuscule
