// SPDX-License-Identifier: MIT
// What a service manager (systemd) passes and wants to be told, by the protocols of sd_listen_fds(3) and
// sd_notify(3): three variables, and a datagram now and then. Without a manager all of it does nothing.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "server/listener.hpp"

namespace majuscule {

class ServiceManager {
 public:
  /// Takes NOTIFY_SOCKET, LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES out of the environment, so that no child
  /// takes them for its own: to be made while there is one thread.
  ServiceManager();

  /// The listeners that were passed to this process (socket activation), HTTP first; none when there are
  /// none. Sockets named `http` or `raw` are that. Any other is like one of the same port, if there is one
  /// (IPv4 and IPv6, or several addresses), else the first of the two that is left. Throws std::runtime_error
  /// when what was passed cannot be listened on. Once, and before the process opens descriptors: a wrong
  /// LISTEN_FDS must not claim those.
  std::vector<Listener> take_listeners() const;

  /// Sends lines like `READY=1`. Never waits: EAGAIN when the manager's queue is full. Thread-safe.
  std::error_code notify(std::string_view state) const;

 private:
  const std::string notify_socket_, listen_pid_, listen_fds_, listen_names_;
};

}  // namespace majuscule
