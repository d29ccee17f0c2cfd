// SPDX-License-Identifier: MIT
// The protocols of a service manager (systemd), sd_listen_fds(3) and sd_notify(3): three environment
// variables, and a datagram for each notification. Without a manager nothing happens.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "server/listener.hpp"

namespace majuscule {

class ServiceManager {
 public:
  /// Removes NOTIFY_SOCKET, LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES from the environment, so that no child
  /// uses them. To be constructed while there is one thread.
  ServiceManager();

  /// Returns the listeners that were passed to this process (socket activation), HTTP first; none if none
  /// were passed. Sockets named `http` or `raw` get that protocol. Any other gets the protocol of a socket
  /// with the same port (IPv4 and IPv6, or several addresses), else the first of the two protocols that is
  /// left. Throws std::runtime_error when a passed descriptor cannot be listened on. To be called once,
  /// before the process opens descriptors: a wrong LISTEN_FDS must not claim those.
  std::vector<Listener> take_listeners() const;

  /// Sends lines like `READY=1`. Never waits: returns EAGAIN when the manager's queue is full. Thread-safe.
  std::error_code notify(std::string_view state) const;

 private:
  const std::string notify_socket_, listen_pid_, listen_fds_, listen_names_;
};

}  // namespace majuscule
