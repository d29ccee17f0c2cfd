// SPDX-License-Identifier: MIT
#include "blocking/children.hpp"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <exception>
#include <system_error>

#include "base/child.hpp"
#include "base/monotonic.hpp"
#include "base/poll_until.hpp"
#include "base/signal_handler.hpp"

namespace majuscule {
namespace {

// glibc 2.36 declares pidfd_open() for C only.
UniqueFd open_pidfd(pid_t pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

sigset_t all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  return all;
}

}  // namespace

std::string why_no_children() {
  if (open_pidfd(::getpid())) return {};
  return std::string("pidfd_open(2): ") + ::strerrordesc_np(errno);
}

Children::Children(Server& server)
    : server_(server), parent_(::getpid()), events_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!events_) throw std::system_error(errno, std::system_category(), "epoll_create1");
  handle_signal(SIGCHLD, SIG_DFL);  // if SIGCHLD is ignored, the kernel reaps the children itself
  if (server.has_children_of_others()) {
    sigset_t ended;
    ::sigemptyset(&ended);
    ::sigaddset(&ended, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &ended, nullptr);
    any_ended_ = UniqueFd(::signalfd(-1, &ended, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!any_ended_ || !watch(any_ended_.get(), EPOLLIN)) {
      throw std::system_error(errno, std::system_category(), "signalfd");
    }
  }
  if (!watch(server.stop().fd(), EPOLLIN | EPOLLONESHOT)) {
    throw std::system_error(errno, std::system_category(), "epoll_ctl");
  }
}

bool Children::start(Accepted& client, const Work& work) {
  assert(client.fd);
  ConnectionPermit permit = server_.take_permit();
  if (!permit) return false;
  // The number that the pidfd will get, at most: the client's descriptor is free by then.
  const auto slots = static_cast<std::size_t>(client.fd.get()) + 1;
  if (children_.size() < slots) children_.resize(slots);
  const SignalsHeld held(all_signals());
  server_.counters().add({.accepted = 1});  // before the fork, so that the client's own request sees it
  const pid_t pid = server_.meter().fork();
  if (pid == 0) run_child(std::move(client), work, held);
  if (pid < 0) {
    server_.counters().forget_client();
    return false;
  }
  client.fd.reset();
  if (watch_child(pid)) {
    permits_.add(std::move(permit));
  } else {
    server_.counters().add({.closed = 1});
  }
  return true;
}

// The child process, which ends here.
void Children::run_child(Accepted client, const Work& work, const SignalsHeld& held) try {
  if (!die_with_parent(parent_)) ::_exit(1);
  const bool draining = server_.stop().requested();
  children_.clear();
  events_.reset();
  server_.become_child(parent_);
  if (draining) server_.stop().request();  // otherwise the parent stops it by a signal
  held.release();
  work(std::move(client));
  ::_exit(0);
} catch (const std::exception& e) {
  server_.log().error("connection closed: {}", e.what());
  ::_exit(1);
}

// Watches for the end of the child. Without memory for that, kills it at once.
bool Children::watch_child(pid_t pid) {
  UniqueFd ended = open_pidfd(pid);
  if (!ended || !watch(ended.get(), EPOLLIN)) {
    server_.log().error("out of memory: connection closed");
    ::kill(pid, SIGKILL);
    rusage usage{};
    ::wait4(pid, nullptr, 0, &usage);
    server_.meter().reaped(pid, usage);
    return false;
  }
  assert(static_cast<std::size_t>(ended.get()) < children_.size());
  Child& child = children_[static_cast<std::size_t>(ended.get())];
  assert(child.pid == 0 && !child.ended);
  child = {std::move(ended), pid};
  return true;
}

bool Children::watch(int fd, std::uint32_t events) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  return ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Children::handle_event() {
  std::array<epoll_event, 64> events;
  int count = 0;
  do {
    count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == server_.stop().fd()) {
        begin_drain();
      } else if (fd == any_ended_.get()) {
        reap_all();
      } else {
        assert(static_cast<std::size_t>(fd) < children_.size());
        reap(children_[static_cast<std::size_t>(fd)]);
      }
    }
  } while (count == static_cast<int>(events.size()));
}

void Children::reap(Child& child) {
  if (child.pid == 0) return;  // reap_all() has reaped it already
  int status = 0;
  rusage usage{};
  if (::wait4(child.pid, &status, WNOHANG, &usage) != child.pid) return;
  server_.meter().reaped(child.pid, usage);
  if (WIFSIGNALED(status) && lost_client_throttle_.admit(monotonic_now())) {
    server_.log().warn("child killed by signal {}: its connection is lost", WTERMSIG(status));
  }
  // Another process may hold a copy of the descriptor, so closing it would not remove it from the epoll.
  ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, child.ended.get(), nullptr);
  server_.counters().add({.closed = 1});
  child = {};
  permits_.give_back_one();
}

// Reaps this process's own children too: an unreaped one would hide those behind it.
void Children::reap_all() {
  signalfd_siginfo signal{};
  while (::read(any_ended_.get(), &signal, sizeof signal) == sizeof signal) continue;
  siginfo_t ended{};
  while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
    const auto own = std::find_if(children_.begin(), children_.end(),
                                  [&](const Child& child) { return child.pid == ended.si_pid; });
    if (own != children_.end()) {
      reap(*own);
    } else {
      ::waitpid(ended.si_pid, nullptr, 0);
      server_.reaped(ended.si_pid);
    }
    ended = {};
  }
}

void Children::begin_drain() {
  if (drain_.begun()) return;
  drain_.begin(monotonic_now(), server_.drain_timeout());
  server_.announce_drain(permits_.count());
  for (const Child& child : children_) {
    if (child.pid > 0) ::kill(child.pid, StopSignal::kFromParent);
  }
}

void Children::obey(Drain::Step step) {
  assert(step != Drain::Step::kTakeQueued);
  if (step == Drain::Step::kAbort) server_.announce_abort(permits_.count());
}

void Children::wait_until_empty() {
  assert(drain_.arrivals_ended());
  handle_event();
  while (permits_.count() > 0) {
    const Drain::Step step = drain_.take_step(monotonic_now());
    if (step != Drain::Step::kNone) {
      obey(step);
      continue;
    }
    pollfd ended{events_.get(), POLLIN, 0};
    poll_until({&ended, 1}, drain_.next_time());
    handle_event();
  }
}

}  // namespace majuscule
