// SPDX-License-Identifier: MIT
// Uses Boost.Context's bare switch. Its class `fiber` switches to the new stack and back on creation, and the
// sanitizers could not be told of that.
#include "blocking/fibers.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/context/detail/fcontext.hpp>

#include "base/monotonic.hpp"
#include "blocking/fiber_stack.hpp"

namespace majuscule {
namespace {

namespace context = boost::context::detail;

constexpr std::uint32_t kBroken = EPOLLHUP | EPOLLERR;
constexpr std::uint32_t kEnded = EPOLLRDHUP | kBroken;  // reported once, and permanent from then on
constexpr std::uint32_t kReadable = EPOLLIN | kEnded;
constexpr std::uint32_t kWritable = EPOLLOUT | kBroken;

}  // namespace

struct Fibers::Fiber : TimerWheel::Timer, IntrusiveList<Fiber>::Link {
  explicit Fiber(Fibers& of) : fibers(of) {}

  static void enter(context::transfer_t from) {
    Fiber& self = *static_cast<Fiber*>(from.data);
    assert(self.fibers.running_ == &self);
    self.fibers.scheduler_ = from.fctx;
    self.watch->arrive_from(self.fibers.scheduler_watch_);
    self.work->run();
    self.work.reset();
    self.ended = true;
    self.watch->leave_for(self.fibers.scheduler_watch_, /*last=*/true);
    context::jump_fcontext(self.fibers.scheduler_, nullptr);
  }

  Fibers& fibers;
  FiberStack stack;
  std::optional<FiberWatch> watch;     // while the stack is in use
  context::fcontext_t rest = nullptr;  // where it resumes
  std::unique_ptr<Work> work;
  int fd = -1;               // the socket that epoll watches
  std::uint32_t ready = 0;   // events that epoll has reported and that were not used up
  std::uint32_t wanted = 0;  // the events it waits for, besides its time
  bool timed_out = false;
  bool has_unread = false;  // its last read left bytes in the socket
  bool ended = false;
  Fiber* next = nullptr;  // in the list of fibers that yielded
};

Fibers::Fibers() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wheel_(monotonic_now()) {
  if (!epoll_) throw std::system_error(errno, std::system_category(), "epoll_create1");
  free_.reserve(kPooledFibers);
}

Fibers::~Fibers() {
  assert(running_ == nullptr && yielded_ == nullptr && sleepers_.empty());
  wheel_.drop(poll_end_);
}

// Takes the work, or leaves it and returns false.
bool Fibers::begin(std::unique_ptr<Work>& work) {
  assert(running_ == nullptr);
  std::unique_ptr<Fiber> fiber;
  if (free_.empty()) {
    fiber.reset(new (std::nothrow) Fiber(*this));
    if (!fiber || !fiber->stack) return false;
  } else {
    fiber = std::move(free_.back());
    free_.pop_back();
  }
  fiber->work = std::move(work);
  const auto stack = fiber->stack.usable();
  fiber->watch.emplace(stack);
  fiber->rest = context::make_fcontext(stack.data() + stack.size(), stack.size(), Fiber::enter);
  resume(*fiber.release());
  return true;
}

// Runs the fiber until it waits or has ended.
void Fibers::resume(Fiber& fiber) {
  assert(running_ == nullptr && !fiber.ended);
  running_ = &fiber;
  scheduler_watch_.leave_for(*fiber.watch);
  fiber.rest = context::jump_fcontext(fiber.rest, &fiber).fctx;
  scheduler_watch_.arrive_from(*fiber.watch);
  running_ = nullptr;
  if (!fiber.ended) return;
  wheel_.drop(fiber);
  fiber.watch.reset();
  std::unique_ptr<Fiber> owned(&fiber);
  if (free_.size() == kPooledFibers) return;
  owned->fd = -1;
  owned->ready = 0;
  owned->has_unread = false;
  owned->ended = false;
  free_.push_back(std::move(owned));
}

void Fibers::suspend(Fiber& fiber) {
  assert(running_ == &fiber);
  fiber.watch->leave_for(scheduler_watch_);
  scheduler_ = context::jump_fcontext(scheduler_, nullptr).fctx;
  fiber.watch->arrive_from(scheduler_watch_);
}

// Waits for one of these events. Returns false when the time came first.
bool Fibers::wait(Fiber& fiber, std::uint32_t events, Time until) {
  if ((fiber.ready & events) != 0) return true;
  fiber.wanted = events;
  fiber.timed_out = false;
  wheel_.set(fiber, until);
  suspend(fiber);
  fiber.wanted = 0;
  return !fiber.timed_out;
}

// Yields: the other fibers run first.
void Fibers::yield(Fiber& fiber) {
  assert(fiber.next == nullptr);
  wheel_.drop(fiber);
  fiber.next = yielded_;
  yielded_ = &fiber;
  suspend(fiber);
}

// Registers the socket with epoll, which first reports its current state.
bool Fibers::watch(Fiber& fiber, int fd) const {
  if (fiber.fd == fd) return true;
  assert(fiber.fd < 0);  // one socket for each fiber
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &fiber;
  fiber.fd = fd;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Received Fibers::receive(Socket& socket, char* buffer, std::size_t size, Time, Time until) {
  assert(running_ != nullptr);
  Fiber& self = *running_;
  for (;;) {
    // A socket that is not registered yet may already have a request.
    if (self.fd == socket.fd && !wait(self, kReadable, until)) return {IoResult::kLater, {}};
    if (std::exchange(self.has_unread, false)) yield(self);
    const Received received = receive_some(socket.fd, buffer, size, MSG_DONTWAIT);
    // A read that does not fill the buffer has emptied the socket; epoll reports what comes later.
    if (received.bytes.size() < size) {
      self.ready &= ~EPOLLIN;
    } else {
      self.has_unread = true;
    }
    if (received.result != IoResult::kLater) return received;
    self.ready &= ~kReadable;
    if (!watch(self, socket.fd)) return {IoResult::kGone, {}};
  }
}

IoResult Fibers::send(Socket& socket, const Output& output, Time, Time until, std::size_t& count) {
  assert(running_ != nullptr);
  Fiber& self = *running_;
  for (;;) {
    const IoResult result = send_some(socket.fd, output, MSG_DONTWAIT, count);
    if (result != IoResult::kLater) return result;
    self.ready &= ~EPOLLOUT;
    if (!watch(self, socket.fd)) return IoResult::kGone;
    if (!wait(self, kWritable, until)) return IoResult::kLater;
  }
}

bool Fibers::sleep(Time until) {
  assert(running_ != nullptr);
  if (aborted_) return false;
  Fiber& self = *running_;
  sleepers_.push_back(self);
  wheel_.set(self, until);
  suspend(self);
  sleepers_.remove(self);
  return !aborted_;
}

void Fibers::abort_sleeps() {
  assert(running_ == nullptr);
  aborted_ = true;
  const Time now = monotonic_now();
  sleepers_.for_each([&](Fiber& fiber) { wheel_.set(fiber, now); });
}

void Fibers::poll(std::span<pollfd> descriptors, Time until) {
  assert(running_ == nullptr);
  for (const pollfd& descriptor : descriptors) {
    epoll_event event{};  // belongs to no fiber
    event.events = EPOLLIN;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor.fd, &event);
  }
  poll_ended_ = false;
  wheel_.set(poll_end_, until);
  while (!poll_ended_) run_once();
  for (const pollfd& descriptor : descriptors) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor.fd, nullptr);
  }
}

// Waits once, and resumes every fiber whose wait has ended.
void Fibers::run_once() {
  std::array<epoll_event, kEventsAtOnce> events;
  Fiber* yielded = std::exchange(yielded_, nullptr);
  int timeout = yielded != nullptr ? 0 : -1;
  if (const Time next = wheel_.next(); next != kNever && timeout != 0) {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(next - monotonic_now()).count();
    timeout = static_cast<int>(std::clamp<decltype(rest)>(rest, 0, 3'600'000));
  }
  const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, timeout);
  // First the bytes that have arrived: they count however late this thread looks. No fiber ends another, so
  // all of them still exist.
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) {
      poll_ended_ = true;
      continue;
    }
    Fiber& fiber = *static_cast<Fiber*>(event.data.ptr);
    fiber.ready |= event.events;
    if ((fiber.ready & fiber.wanted) != 0) resume(fiber);
  }
  while (yielded != nullptr) {
    Fiber& fiber = *yielded;
    yielded = std::exchange(fiber.next, nullptr);
    resume(fiber);
  }
  wheel_.advance(monotonic_now(), [this](TimerWheel::Timer& timer) {
    if (&timer == &poll_end_) {
      poll_ended_ = true;
    } else {
      auto& fiber = static_cast<Fiber&>(timer);
      fiber.timed_out = true;
      resume(fiber);
    }
  });
}

}  // namespace majuscule
