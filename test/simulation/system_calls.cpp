// SPDX-License-Identifier: MIT
// Linked instead of src/base/system_calls.cpp. Sockets and time belong to the current kernel. Other
// descriptors (pipes, eventfds) are real, and so is everything while there is no kernel.
#include "base/system_calls.hpp"

#include <unistd.h>

#include "base/timespec.hpp"
#include "simulation/heap.hpp"
#include "simulation/kernel.hpp"

namespace majuscule::sys {
namespace {

using simulation::AllocatesAs;
using simulation::Kernel;
using simulation::Owner;

bool is_simulated(int fd) { return Kernel::current() != nullptr && fd >= Kernel::kFirst; }

// On several processors, other threads may do anything before a call.
void preempt() {
  Kernel* const kernel = Kernel::current();
  if (kernel != nullptr && kernel->scheduler != nullptr) kernel->scheduler->preempt();
}

}  // namespace

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (Kernel::current() == nullptr) return ::accept4(fd, address, size, flags);
  const AllocatesAs world(Owner::kWorld);
  address->sa_family = AF_INET;
  return Kernel::current()->accept(fd, (flags & SOCK_NONBLOCK) == 0);
}

ssize_t recv(int fd, void* buffer, std::size_t size, int flags) {
  if (!is_simulated(fd)) return ::recv(fd, buffer, size, flags);
  preempt();
  const AllocatesAs world(Owner::kWorld);
  return Kernel::current()->receive(fd, static_cast<char*>(buffer), size);
}

ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
  if (!is_simulated(fd)) return ::send(fd, buffer, size, flags);
  preempt();
  const AllocatesAs world(Owner::kWorld);
  return Kernel::current()->send(fd, {{static_cast<const char*>(buffer), size}});
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (!is_simulated(fd)) return ::sendmsg(fd, message, flags);
  preempt();
  const AllocatesAs world(Owner::kWorld);
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < message->msg_iovlen; ++i) {
    pieces.emplace_back(static_cast<const char*>(message->msg_iov[i].iov_base), message->msg_iov[i].iov_len);
  }
  return Kernel::current()->send(fd, pieces);
}

int shutdown(int fd, int how) {
  if (!is_simulated(fd)) return ::shutdown(fd, how);
  const AllocatesAs world(Owner::kWorld);
  return Kernel::current()->shut_down(fd, how);
}

int close(int fd) {
  if (Kernel::current() == nullptr) return ::close(fd);
  const AllocatesAs world(Owner::kWorld);
  if (is_simulated(fd)) return Kernel::current()->close(fd);
  if (Kernel::current()->listens(fd)) Kernel::current()->close_listener(fd);
  return ::close(fd);
}

bool peer_has_ended(int fd) {
  if (Kernel::current() == nullptr) return true;
  const simulation::Socket* const socket = Kernel::current()->find(fd);
  return socket == nullptr || socket->client_ended || socket->client_reset;
}

int clock_gettime(clockid_t clock, timespec* time) {
  Kernel* const kernel = Kernel::current();
  if (kernel == nullptr) return ::clock_gettime(clock, time);
  Duration value = kernel->now().time_since_epoch();
  if (clock == CLOCK_THREAD_CPUTIME_ID) value = kernel->burn_cpu();
  if (clock == CLOCK_REALTIME_COARSE) value += std::chrono::hours(24 * 365 * 50);
  *time = to_timespec(value);
  return 0;
}

int sleep_until(const timespec& time) {
  if (Kernel::current() == nullptr) return ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
  Kernel::current()->sleep_until(Time(to_duration(time)));
  return 0;
}

// The real alarm would end the process in real time.
int set_alarm(const itimerval& alarm) {
  Kernel* const kernel = Kernel::current();
  if (kernel != nullptr && kernel->scheduler != nullptr) {
    kernel->scheduler->interrupt_every(std::chrono::seconds(alarm.it_interval.tv_sec) +
                                       std::chrono::microseconds(alarm.it_interval.tv_usec));
  }
  return 0;
}

}  // namespace majuscule::sys
