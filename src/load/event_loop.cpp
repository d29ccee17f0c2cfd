// SPDX-License-Identifier: MIT
#include "load/event_loop.hpp"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/monotonic.hpp"
#include "base/timespec.hpp"

namespace majuscule {
namespace {

epoll_event event_of(EventLoop::Tag tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{static_cast<std::uint8_t>(tag.subject)} << 56 |
                   std::uint64_t{tag.generation & EventLoop::kGenerations} << 32 | tag.number;
  return event;
}

}  // namespace

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // otherwise the kernel may end a sleep 50 us late
}

bool EventLoop::watch(int fd, Tag tag) {
  epoll_event event = event_of(tag);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void EventLoop::tell_again(int fd, Tag tag) {
  epoll_event event = event_of(tag);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

int EventLoop::wait_for_events(const timespec* limit) {
  if (has_pwait2_) {
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), kMostEvents, limit, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    has_pwait2_ = false;
  }
  pollfd any{epoll_.get(), POLLIN, 0};
  const int ready = ::ppoll(&any, 1, limit, nullptr);
  return ready <= 0 ? ready : ::epoll_wait(epoll_.get(), events_.data(), kMostEvents, 0);
}

std::span<const epoll_event> EventLoop::wait(Time until, Time due, Time& woke) {
  const Time before = monotonic_now();
  Time wake = std::min(until, before + kLongest);
  if (due != kNever) wake = std::min(wake, due - kSpin);
  const timespec limit = to_timespec(std::max(wake - before, Duration::zero()));
  const int count = wait_for_events(&limit);
  const int error = errno;
  woke = monotonic_now();
  if (count < 0 && error != EINTR) throw std::system_error(error, std::generic_category(), "epoll_wait");
  if (count <= 0 && wake <= before) spun_ += woke - before;
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace majuscule
