// SPDX-License-Identifier: MIT
#include "blocking/blocking_io.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "base/timespec.hpp"

namespace majuscule {
namespace {

// The kernel's socket timers are up to an eighth late. So it is asked for a shorter time, and the next call
// waits for the rest.
void set_timeout(int fd, int option, Duration timeout) {
  const timeval value = to_timeval(std::max<Duration>(timeout - timeout / 8, std::chrono::microseconds(1)));
  ::setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

}  // namespace

Received SyscallIo::receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) {
  if (const Duration timeout = until - now; timeout != socket.receive_timeout) {
    socket.receive_timeout = timeout;
    set_timeout(socket.fd, SO_RCVTIMEO, timeout);
  }
  return receive_some(socket.fd, buffer, size, 0);
}

IoResult SyscallIo::send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) {
  set_timeout(socket.fd, SO_SNDTIMEO, until - now);
  return send_some(socket.fd, output, 0, count);
}

bool SyscallIo::sleep(Time until) { return sleep_.until(until); }

void SyscallIo::poll(std::span<pollfd> descriptors, Time until) { poll_until(descriptors, until); }

void SyscallIo::abort_sleeps() { sleep_.cancel(); }

}  // namespace majuscule
