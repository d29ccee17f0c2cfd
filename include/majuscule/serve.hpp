// SPDX-License-Identifier: MIT
// The whole server as one call, for a program with its own service.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "majuscule/counters.hpp"
#include "majuscule/mode.hpp"
#include "majuscule/options.hpp"
#include "majuscule/service.hpp"

namespace majuscule {

/// The resources that the server has used so far, summed over all its processes.
struct Resources {
  double user_seconds = 0;
  double system_seconds = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t max_rss_bytes = 0;  ///< the sum of the peaks of all processes
  std::uint64_t threads = 0;
};

/// What was lost for the logs so far because a reader or a disk failed or was too slow.
struct LogLosses {
  bool has_access_log = false;
  std::uint64_t lines = 0;     ///< lines of the access log
  std::uint64_t messages = 0;  ///< messages of the server's log on standard error
};

/// What a service may need to know about the server. Lives as long as the service.
struct ServerInfo {
  std::string mode;
  std::string guard;
  std::string guard_note = {};  ///< what readers of the counters must know about the guard; empty: nothing
  unsigned workers = 1;
  std::string libuv_version;
  std::int64_t pid = 0;  ///< of the process that the user started
  Time started;
  Counters& counters;
  std::function<Resources()> resources;        ///< thread-safe
  std::function<LogLosses()> log_losses = {};  ///< thread-safe; empty: unknown
};

using ServiceFactory = std::function<std::unique_ptr<Service>(const Options&, const ServerInfo&)>;

/// Listens and prints one line on stdout for each listener (`listening on http://127.0.0.1:8000 (mode
/// epoll)`). Serves until SIGTERM, SIGINT or SIGHUP (unless ignored), then drains. SIGUSR1 reopens the access
/// log. Returns the exit code: 0, or 1 with a line on stderr when it could not run (port taken, log not
/// writable).
///
/// With several workers the calling process is their master: it forks them, replaces those that die, and
/// reaps all children while it runs. Each worker makes its own service. All workers end inside this call.
///
/// Under a service manager it uses the sockets that it is passed (LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES:
/// sd_listen_fds(3)) in place of those in `options`, and reports when it is ready and when it stops
/// (NOTIFY_SOCKET: sd_notify(3)). These variables are removed from the environment.
///
/// Not reentrant. To be called while there is one thread: it controls the signal dispositions of the process
/// while it runs.
int serve(const Options& options, const Mode& mode, const ServiceFactory& make_service);

}  // namespace majuscule
