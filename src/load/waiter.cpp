// SPDX-License-Identifier: MIT
#include "load/waiter.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "net/clock.hpp"

namespace majuscule {

Waiter::Waiter() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // the kernel may end a sleep 50 us late otherwise
}

bool Waiter::watch(int fd, Tag tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = std::uint64_t{static_cast<std::uint32_t>(tag.subject)} << 32 | tag.number;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

std::span<const epoll_event> Waiter::wait(Time until, Time due, Time& woke) {
  const Time before = monotonic_now();
  Time wake = until;
  if (due != kNever) wake = std::min(wake, due - kSpin);
  timespec limit{};
  if (wake > before && wake != kNever) {
    limit.tv_sec = (wake - before) / std::chrono::seconds(1);
    limit.tv_nsec = (wake - before) % std::chrono::seconds(1) / Duration(1);
  }
  const int count =
      ::epoll_pwait2(epoll_.get(), events_.data(), kMostEvents, wake == kNever ? nullptr : &limit, nullptr);
  const int error = errno;
  woke = monotonic_now();
  if (count < 0 && error != EINTR) throw std::system_error(error, std::generic_category(), "epoll_pwait2");
  if (count <= 0 && wake <= before) spun_ += woke - before;
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace majuscule
