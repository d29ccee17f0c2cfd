// SPDX-License-Identifier: MIT
// The calls in which the blocking driver and the acceptor wait, so that the same straight-line code runs on
// threads, in processes and on fibers. SyscallIo blocks the calling thread in the system call.
#pragma once

#include <poll.h>

#include <span>

#include "base/cancellable_sleep.hpp"
#include "majuscule/instant.hpp"
#include "server/socket_io.hpp"

namespace majuscule {

class BlockingIo {
 public:
  /// A client's socket with what must be kept between two waits. Borrows the descriptor.
  struct Socket {
    int fd;
    Duration receive_timeout{};
  };

  BlockingIo() = default;
  BlockingIo(const BlockingIo&) = delete;
  BlockingIo& operator=(const BlockingIo&) = delete;
  virtual ~BlockingIo() = default;

  /// Waits for bytes, the end, or `until`: receive_some(). `now` is the caller's time. Returns kLater when
  /// `until` has passed, or shortly before: the caller checks the time and calls again.
  virtual Received receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) = 0;
  /// The same for one send_some().
  virtual IoResult send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) = 0;
  /// Waits until `until`. Returns false when abort_sleeps() ends it first. May return early when a signal
  /// interrupts it.
  virtual bool sleep(Time until) = 0;
  /// Waits until one of the descriptors is ready, as poll(2) does, or until `until`. May return early.
  /// `revents` need not be set: the caller finds out what is ready.
  virtual void poll(std::span<pollfd> descriptors, Time until) = 0;
  /// Ends all sleeps, also later ones. May be called while others wait.
  virtual void abort_sleeps() = 0;
};

/// Blocks the calling thread; any number of threads may wait at once. Timeouts are socket timeouts, set again
/// only when the remaining time has changed: the steady state is one recv and one send.
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
