// SPDX-License-Identifier: MIT
// An event of the set is only a hint: before its thread has the mutex, a timer may have given the session to
// another thread, or that thread may have closed it and its descriptor may be in use again. So an event
// carries a descriptor and a generation instead of a pointer, and stale events are ignored.
#include "event/shared_epoll.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/monotonic.hpp"
#include "base/poll_until.hpp"
#include "base/timespec.hpp"

namespace majuscule {
namespace {

constexpr unsigned kGenerationShift = 32;

UniqueFd checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::system_category(), what);
  return UniqueFd(fd);
}

}  // namespace

struct SharedEpoll::OneShotSession final : Session {
  std::uint64_t generation = 0;  // never 0: that marks descriptors that are no clients
  Interest armed = Interest::kNone;

  std::uint64_t tag() const { return generation << kGenerationShift | static_cast<std::uint32_t>(fd.get()); }
};

SharedEpoll::SharedEpoll(Server& server)
    : server_(server),
      set_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      timer_(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      driver_(server, *this, server.listeners(), *this) {
  watch(timer_.get(), EPOLLIN | EPOLLET);  // edge-triggered: reported once for each expiry, and never read
  watch(end_.fd(), EPOLLIN);               // wakes all threads, for good
  for (const Listener& listener : server.listeners()) watch(listener.fd(), EPOLLIN | EPOLLONESHOT);
}

Session* SharedEpoll::wait() {
  for (;;) {
    if (Session* const session = take_turn()) return session;
    epoll_event event{};
    if (::epoll_wait(set_.get(), &event, 1, -1) != 1) continue;
    if (event.data.u64 == static_cast<std::uint64_t>(end_.fd())) return nullptr;
    const MutexLock lock(mutex_);
    driver_.wake_up();
    dispatch(event.data.u64);
    if (driver_.drained()) end();
  }
}

Session* SharedEpoll::take_turn() {
  const MutexLock lock(mutex_);
  if (turns_.empty()) return nullptr;
  Session* const session = turns_.back();
  turns_.pop_back();
  return session;
}

void SharedEpoll::dispatch(std::uint64_t tag) {
  const int fd = static_cast<int>(tag & 0xffffffff);
  if (tag >> kGenerationShift != 0) {
    assert(static_cast<std::size_t>(fd) < by_fd_.size());
    OneShotSession* const session = by_fd_[static_cast<std::size_t>(fd)];
    if (session == nullptr || session->tag() != tag) return;
    session->armed = Interest::kNone;
    driver_.ready(*session);
    session->interest = Interest::kNone;  // EPOLLONESHOT has disarmed it
  } else if (fd == timer_.get()) {
    driver_.expire();
  } else {
    for (Listener& listener : server_.listeners()) {
      if (listener.fd() != fd) continue;
      driver_.accept(listener);
      if (accepting_) rearm(fd, EPOLLIN | EPOLLONESHOT);
    }
  }
}

Session* SharedEpoll::give_back(Session& session) {
  {
    const MutexLock lock(mutex_);
    driver_.wake_up();
    driver_.give_back(session);
    if (driver_.drained()) end();
  }
  return take_turn();
}

void SharedEpoll::end() { end_.raise(); }

void SharedEpoll::wait_until_drained() {
  server_.announce_ready();
  std::array<pollfd, 2> events{{{end_.fd(), POLLIN, 0}, {server_.stop().fd(), POLLIN, 0}}};
  while (!server_.stop().requested()) poll_until(events, kNever);
  {
    const MutexLock lock(mutex_);
    driver_.wake_up();
    driver_.drain();
    if (driver_.drained()) end();
  }
  const auto ended = std::span(events).first(1);
  // The driver's timer is due at the drain timeout.
  const Time abort_time = monotonic_now() + server_.drain_timeout() + StopSignal::kInterruptInterval;
  while (ended[0].revents == 0 && monotonic_now() < abort_time) poll_until(ended, abort_time);
  if (ended[0].revents == 0) {
    const MutexLock lock(mutex_);
    driver_.wake_up();
    driver_.expire();
    set_timer(monotonic_now());  // the thread in epoll_wait checks whether a session can go on
    if (driver_.drained()) end();
  }
  while (ended[0].revents == 0) poll_until(ended, kNever);
}

void SharedEpoll::watch(int fd, std::uint32_t events) {
  epoll_event event{events, {.u64 = static_cast<std::uint64_t>(fd)}};
  if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::system_category(), "epoll_ctl");
  }
}

void SharedEpoll::rearm(int fd, std::uint32_t events) {
  epoll_event event{events, {.u64 = static_cast<std::uint64_t>(fd)}};
  ::epoll_ctl(set_.get(), EPOLL_CTL_MOD, fd, &event);
}

Session* SharedEpoll::add(UniqueFd& client) {
  const auto fd = static_cast<std::size_t>(client.get());
  if (by_fd_.size() <= fd) by_fd_.resize(std::max(fd + 1, 2 * by_fd_.size()));
  turns_.reserve(by_fd_.size());  // so that the driver's later calls cannot fail
  auto session = std::make_unique<OneShotSession>();
  session->generation = generation_ = (generation_ + 1) % (std::uint64_t{1} << kGenerationShift);
  if (generation_ == 0) session->generation = generation_ = 1;
  session->fd = std::move(client);
  epoll_event event{EPOLLIN | EPOLLONESHOT, {.u64 = session->tag()}};
  if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, session->fd.get(), &event) != 0) {
    client = std::move(session->fd);
    return nullptr;
  }
  assert(by_fd_[fd] == nullptr);
  session->armed = Interest::kRead;
  return by_fd_[fd] = session.release();
}

// An event disarms the session, so kNone needs nothing, and each wait arms it again.
bool SharedEpoll::set_interest(Session& session, Interest interest) {
  auto& one_shot = static_cast<OneShotSession&>(session);
  if (interest == Interest::kNone || interest == one_shot.armed) return true;
  one_shot.armed = interest;
  const std::uint32_t events = interest == Interest::kRead ? EPOLLIN : EPOLLOUT;
  epoll_event event{events | EPOLLONESHOT, {.u64 = one_shot.tag()}};
  return ::epoll_ctl(set_.get(), EPOLL_CTL_MOD, session.fd.get(), &event) == 0;
}

void SharedEpoll::remove(Session& session) {
  assert(by_fd_[static_cast<std::size_t>(session.fd.get())] == &session);
  by_fd_[static_cast<std::size_t>(session.fd.get())] = nullptr;
  delete static_cast<OneShotSession*>(&session);
}

void SharedEpoll::set_accepting(bool accepting) {
  accepting_ = accepting;
  for (const Listener& listener : server_.listeners()) {
    rearm(listener.fd(), accepting ? EPOLLIN | EPOLLONESHOT : EPOLLONESHOT);
  }
}

void SharedEpoll::set_timer(Time due) {
  itimerspec at{};
  if (due != kNever) at.it_value = to_timespec(due.time_since_epoch());
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
}

void SharedEpoll::take(Session& session) {
  assert(session.busy() && turns_.size() < turns_.capacity());
  turns_.push_back(&session);
}

}  // namespace majuscule
