// SPDX-License-Identifier: MIT
// --workers: forks the workers, each of which serves on what the context holds, and sees to them. It waits
// for signals and for what its workers report, in poll(2); it serves nobody itself.
//
// A worker that dies is replaced, as fast as RestartLimit allows; the new one takes over the listeners of the
// old one, and who waits there is served. SIGTERM, SIGINT or SIGHUP: all workers drain; what is left of them
// StopSignal::kPatience after they should have ended is killed, as everything is at once by a second signal.
// When the master dies, by whatever hand, the kernel kills the workers.
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
  /// What a worker does, in its own process: calls `ready` when it is about to serve, serves, and returns
  /// when it has drained. What it throws is reported to the master.
  using Work = std::function<void(unsigned worker, const std::function<void()>& ready)>;

  /// Takes over SIGTERM, SIGINT, SIGHUP and SIGCHLD until it is destroyed. Throws
  /// std::system_error.
  Master(ServerContext& context, Work work);
  ~Master();
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  /// Announces that the server is ready when all workers are, and returns when it was told to stop and all
  /// have drained. Throws std::runtime_error with the reason when it had to end otherwise; no worker is left
  /// then.
  void run();

 private:
  struct Worker {
    pid_t pid = 0;  // 0: there is none
    Time started{};
    Time due{};  // when it is to be started, if there is none
    RestartLimit limit;
  };

  void start_those_due();
  void start(Worker& worker);
  [[noreturn]] void become(const Worker& worker);
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
