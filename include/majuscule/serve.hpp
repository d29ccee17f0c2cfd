// SPDX-License-Identifier: MIT
// The whole server as one call, for a program that brings a service of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "majuscule/counters.hpp"
#include "majuscule/mode.hpp"
#include "majuscule/options.hpp"
#include "majuscule/service.hpp"

namespace majuscule {

/// What the server has used so far, all its processes together.
struct Resources {
  double user_seconds = 0;
  double system_seconds = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t max_rss_bytes = 0;  ///< the peaks of all, added up
  std::uint64_t threads = 0;
};

/// What could not be logged so far, since a reader or a disk did not keep up, or failed.
struct LogLosses {
  bool has_access_log = false;
  std::uint64_t lines = 0;     ///< of the access log
  std::uint64_t messages = 0;  ///< of the server's log on standard error
};

/// What a service may want to know about the server around it. Lives as long as the service.
struct ServerInfo {
  std::string mode;
  std::string guard;
  std::string guard_note = {};  ///< what readers of the counters must know about the guard; empty: nothing
  unsigned workers = 1;
  std::string libuv_version;
  std::int64_t pid = 0;  ///< of the process that was started
  Time started;
  Counters& counters;
  std::function<Resources()> resources;        ///< thread-safe
  std::function<LogLosses()> log_losses = {};  ///< thread-safe; empty: unknown
};

using ServiceFactory = std::function<std::unique_ptr<Service>(const Options&, const ServerInfo&)>;

/// Listens, prints a line on stdout for each listener (`listening on http://127.0.0.1:8000 (mode epoll)`),
/// serves until SIGTERM, SIGINT or SIGHUP (unless that is ignored), and drains. SIGUSR1 opens the access log
/// anew. Returns the exit code: 0, or 1 with a line on stderr when it could not run (port taken, log not
/// writable).
///
/// With several workers the calling process is their master: it forks them, replaces those that die, and
/// reaps all children while it runs. They end inside of this call; a service is made in each of them.
///
/// Under a service manager it takes over the sockets that it is passed (LISTEN_PID, LISTEN_FDS and
/// LISTEN_FDNAMES: sd_listen_fds(3)) in place of those that `options` ask for, and tells that it is ready and
/// that it stops (NOTIFY_SOCKET: sd_notify(3)). These variables are removed from the environment.
///
/// Not reentrant, and to be called while there is one thread: it owns the process's signal dispositions while
/// it runs.
int serve(const Options& options, const Mode& mode, const ServiceFactory& make_service);

}  // namespace majuscule
