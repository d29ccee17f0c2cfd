// SPDX-License-Identifier: MIT
#include "base/system_calls.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <unistd.h>

namespace majuscule::sys {

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  return ::accept4(fd, address, size, flags);
}

ssize_t recv(int fd, void* buffer, std::size_t size, int flags) { return ::recv(fd, buffer, size, flags); }

ssize_t send(int fd, const void* buffer, std::size_t size, int flags) {
  return ::send(fd, buffer, size, flags);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) { return ::sendmsg(fd, message, flags); }

int shutdown(int fd, int how) { return ::shutdown(fd, how); }

int close(int fd) { return ::close(fd); }

bool peer_has_ended(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state != TCP_ESTABLISHED;
}

int clock_gettime(clockid_t clock, timespec* time) { return ::clock_gettime(clock, time); }

int sleep_until(const timespec& time) {
  return ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

int set_alarm(const itimerval& alarm) { return ::setitimer(ITIMER_REAL, &alarm, nullptr); }

}  // namespace majuscule::sys
