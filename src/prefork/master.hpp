// SPDX-License-Identifier: MIT
// --workers: forks the workers, which serve with the listeners and memory of the context, and watches them.
// It waits in poll(2) for signals and for its workers' reports. It serves no client itself.
//
// A worker that dies is replaced, as fast as RestartLimit allows. The new worker takes over its listeners,
// and serves the clients in their queues. On SIGTERM, SIGINT or SIGHUP all workers drain; those that still
// run StopSignal::kGracePeriod after the drain timeout are killed. A second signal kills all at once. When
// the master dies, the kernel kills the workers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/child.hpp"
#include "base/unique_fd.hpp"
#include "prefork/restart_limit.hpp"
#include "server/drain.hpp"
#include "server/server_context.hpp"
#include "server/stop_signal.hpp"

namespace majuscule {

class Master {
 public:
  /// What a worker does in its process: calls `ready` when it can serve, serves, and returns when it has
  /// drained. An exception is reported to the master.
  using Work = std::function<void(unsigned worker, const std::function<void()>& ready)>;

  /// Handles SIGTERM, SIGINT, SIGHUP and SIGCHLD until it is destroyed. Throws std::system_error.
  Master(ServerContext& context, Work work);
  ~Master();
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  /// Announces that the server is ready when all workers are. Returns when all have drained after a stop
  /// signal. Throws std::runtime_error with the reason when it had to end otherwise; no worker is left then.
  void run();

 private:
  struct Worker {
    pid_t pid = 0;  // 0: the worker does not run
    Time started{};
    Time due{};  // when to start it, if it does not run
    RestartLimit limit;
  };

  void start_those_due();
  void start(Worker& worker);
  [[noreturn]] void set_worker(const Worker& worker);
  void report(std::string_view what) const;
  void wait() const;
  void take_reports();
  void take_signals();
  void reap();
  void lost(Worker& worker, const std::string& how);
  void drain();
  void obey_drain();
  void fail(const std::string& reason);
  void kill();
  void send(int signal) const;
  bool has_workers() const;
  bool is_ready() const { return ready_ == workers_.size(); }
  unsigned number_of(const Worker& worker) const { return static_cast<unsigned>(&worker - workers_.data()); }

  ServerContext& context_;
  const Work work_;
  const SignalsHeld held_;
  UniqueFd signals_;
  UniqueFd reports_, reporting_;  // a datagram of a worker: why it cannot run; empty: it is ready
  std::vector<Worker> workers_;
  std::size_t ready_ = 0;
  FirstSignal first_;
  bool stopping_ = false;
  bool killed_ = false;
  Drain drain_;
  std::string reported_;  // by the last worker that could not run
  std::string failure_;
};

}  // namespace majuscule
