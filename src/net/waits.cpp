// SPDX-License-Identifier: MIT
#include "net/waits.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "net/clock.hpp"

namespace majuscule {
namespace {

// The kernel's timers for these are up to an eighth late, so it is asked for less; the next call waits for
// the rest, and each comes closer.
void set_timeout(int fd, int option, Duration timeout) {
  const auto less = timeout - timeout / 8;
  const auto micros = std::max<Duration::rep>(std::chrono::ceil<std::chrono::microseconds>(less).count(), 1);
  const timeval value{micros / 1'000'000, micros % 1'000'000};
  ::setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

/// poll(2) to the nanosecond; whether one is ready.
bool poll_until(std::span<pollfd> descriptors, Time until) {
  std::optional<timespec> rest;
  if (until != kNever) {
    const Duration left = std::max(until - monotonic_now(), Duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    rest = timespec{seconds.count(), (left - seconds).count()};
  }
  return ::ppoll(descriptors.data(), descriptors.size(), rest ? &*rest : nullptr, nullptr) > 0;
}

}  // namespace

KernelWaits::KernelWaits() : cut_(::eventfd(0, EFD_CLOEXEC)) {
  if (!cut_) throw std::system_error(errno, std::system_category(), "eventfd");
}

Received KernelWaits::receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) {
  if (const Duration timeout = until - now; timeout != socket.receive_timeout) {
    socket.receive_timeout = timeout;
    set_timeout(socket.fd, SO_RCVTIMEO, timeout);
  }
  return receive_some(socket.fd, buffer, size, 0);
}

IoResult KernelWaits::send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) {
  set_timeout(socket.fd, SO_SNDTIMEO, until - now);
  return send_some(socket.fd, output, 0, count);
}

bool KernelWaits::sleep(Time until) {
  pollfd cut{cut_.get(), POLLIN, 0};
  return !poll_until({&cut, 1}, until);
}

void KernelWaits::poll(std::span<pollfd> descriptors, Time until) { poll_until(descriptors, until); }

void KernelWaits::cut() { ::eventfd_write(cut_.get(), 1); }

}  // namespace majuscule
