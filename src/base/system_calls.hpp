// SPDX-License-Identifier: MIT
// The system calls of the drivers for sockets and time, each as its man page says. They stand in one place so
// that test/simulation can link a simulated kernel instead.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <cstddef>

namespace majuscule::sys {

int accept4(int fd, sockaddr* address, socklen_t* size, int flags);
ssize_t recv(int fd, void* buffer, std::size_t size, int flags);
ssize_t send(int fd, const void* buffer, std::size_t size, int flags);
ssize_t sendmsg(int fd, const msghdr* message, int flags);
int shutdown(int fd, int how);
int close(int fd);
/// Returns whether the peer of a TCP socket has closed its side, even after a local shutdown(2) (TCP_INFO).
bool peer_has_ended(int fd);

/// `clock` is CLOCK_MONOTONIC, CLOCK_REALTIME_COARSE or CLOCK_THREAD_CPUTIME_ID. Async-signal-safe.
int clock_gettime(clockid_t clock, timespec* time);
/// Sleeps until this time of CLOCK_MONOTONIC (clock_nanosleep(2)). Returns an error number.
int sleep_until(const timespec& time);
/// Arms SIGALRM: setitimer(2) with ITIMER_REAL. Async-signal-safe.
int set_alarm(const itimerval& alarm);

}  // namespace majuscule::sys
