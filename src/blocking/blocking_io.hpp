// SPDX-License-Identifier: MIT
// Every call in which the blocking driver and the acceptor wait, so that the same straight-line code can run
// wherever one client at a time is waited for: SyscallIo blocks the calling thread in the system call.
#pragma once

#include <poll.h>

#include <span>

#include "base/cancellable_sleep.hpp"
#include "majuscule/instant.hpp"
#include "server/socket_io.hpp"

namespace majuscule {

class BlockingIo {
 public:
  /// A client's socket, and what must be remembered of it from one wait to the next. Borrows the descriptor.
  struct Socket {
    int fd;
    Duration receive_timeout{};
  };

  BlockingIo() = default;
  BlockingIo(const BlockingIo&) = delete;
  BlockingIo& operator=(const BlockingIo&) = delete;
  virtual ~BlockingIo() = default;

  /// Waits for bytes, the end, or `until`: receive_some(). `now` is what the caller takes for the time.
  /// kLater when `until` has passed, or shortly before: the caller looks at the time, and calls again.
  virtual Received receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) = 0;
  /// The same for one send_some().
  virtual IoResult send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) = 0;
  /// Waits until then; false when abort_sleeps() ends it before. May return early, when a signal interrupts
  /// it.
  virtual bool sleep(Time until) = 0;
  /// Waits for one of the descriptors, as poll(2) does, or until then; may return early. What is ready is for
  /// the caller to find out: `revents` need not be set.
  virtual void poll(std::span<pollfd> descriptors, Time until) = 0;
  /// Ends all sleeps, now and from now on. May be called while others wait.
  virtual void abort_sleeps() = 0;
};

/// Blocks the calling thread. Any number of threads at once. Timeouts are socket timeouts, set anew only when
/// the remaining time has changed: the steady state is one recv and one send.
class SyscallIo final : public BlockingIo {
 public:
  Received receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) override;
  IoResult send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) override;
  bool sleep(Time until) override;
  void poll(std::span<pollfd> descriptors, Time until) override;
  void abort_sleeps() override;

 private:
  const CancellableSleep sleep_{};
};

}  // namespace majuscule
