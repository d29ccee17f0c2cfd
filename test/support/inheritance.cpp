// SPDX-License-Identifier: MIT
#include "inheritance.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace majuscule::test {

namespace {

void need(bool worked) {
  if (!worked) {
    ::_exit(127);
  }
}

/// Only for this process and its descendants.
void bind_resolver_file(const char* path) {
  need(::unshare(CLONE_NEWNS) == 0);
  need(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
  need(::mount(path, "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0);
}

}  // namespace

pid_t fork_into(const Inheritance& inheritance) {
  if (!inheritance.is_first) {
    return ::fork();
  }
  // Without root, a PID namespace requires a user namespace.
  const long user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  return static_cast<pid_t>(
      ::syscall(SYS_clone, CLONE_NEWPID | user | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

void apply(const Inheritance& inheritance) {
  if (!inheritance.resolver_file.empty()) {
    bind_resolver_file(inheritance.resolver_file.c_str());
  }
  if (inheritance.leads_a_group) {
    need(::setpgid(0, 0) == 0);
  }
  if (inheritance.file_size) {
    const rlimit both{*inheritance.file_size, *inheritance.file_size};
    need(::setrlimit(RLIMIT_FSIZE, &both) == 0);
  }
  for (const int number : inheritance.ignored) {
    need(::signal(number, SIG_IGN) != SIG_ERR);
  }
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int number : inheritance.blocked) {
    need(::sigaddset(&blocked, number) == 0);
  }
  need(::sigprocmask(SIG_SETMASK, &blocked, nullptr) == 0);
  for (const int fd : inheritance.closed) {
    need(::close(fd) == 0);
  }
}

std::string reason_against_first_process() {
  const pid_t first = fork_into({.is_first = true});
  if (first < 0) {
    return "no namespace of processes: " + std::string(std::strerror(errno));
  }
  if (first == 0) {
    ::_exit(::getpid() == 1 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(first, &status, 0);
  return status == 0 ? "" : "the first process of a namespace is not number 1";
}

}  // namespace majuscule::test
