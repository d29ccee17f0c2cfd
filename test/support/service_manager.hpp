// SPDX-License-Identifier: MIT
// The test as a service manager: it listens for the server, passes the sockets and receives the server's
// messages, by the protocols of sd_listen_fds(3) and sd_notify(3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "patience.hpp"
#include "process.hpp"
#include "unique_fd.hpp"

namespace majuscule::test {

/// A TCP socket on a loopback port that the kernel chose.
class ListeningSocket {
 public:
  ListeningSocket();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint16_t port() const;

 private:
  UniqueFd fd_;
};

/// The sockets to pass, and the variables that describe them.
struct Activation {
  std::vector<int> descriptors;
  std::string names = "";         // LISTEN_FDNAMES, unless empty
  std::string count = "";         // LISTEN_FDS, unless it is the number of descriptors
  std::string process_id = "$$";  // LISTEN_PID: for the shell, which then becomes the server
};

/// Starts `majuscule --mode=MODE OPTIONS...` with `activation`. Does not wait for it.
[[nodiscard]] Process start_activated(const std::string& mode, const Activation& activation,
                                      const std::vector<std::string>& options = {},
                                      Process::Limits limits = {});

/// Waits until `process` has printed that it listens on `url`. Returns false when it ends or prints nothing.
[[nodiscard]] bool listens_on(Process& process, const std::string& url);

/// The socket of NOTIFY_SOCKET, and the variable itself: children of the test see it during its lifetime.
class NotifySocket {
 public:
  /// `name` is a path or, after an '@', a name in the abstract namespace.
  explicit NotifySocket(const std::string& name);
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  /// Returns the next message; nothing when none comes within `limit`.
  [[nodiscard]] std::optional<std::string> receive(milliseconds limit = patience()) const;

 private:
  UniqueFd fd_;
};

}  // namespace majuscule::test
