// SPDX-License-Identifier: MIT
#include "simulation/virtual_threads.hpp"

#include <algorithm>
#include <utility>

#include <boost/context/detail/fcontext.hpp>

#include "blocking/fiber_watch.hpp"
#include "simulation/heap.hpp"

namespace majuscule::simulation {
namespace {

namespace context = boost::context::detail;

constexpr std::size_t kStackSize = 256 * 1024;

}  // namespace

/// The stack that runs the threads.
struct VirtualThreads::Host {
  context::fcontext_t rest = nullptr;
  FiberWatch watch{};
};

struct VirtualThreads::Thread {
  static void enter(context::transfer_t from) {
    Thread& self = *static_cast<Thread*>(from.data);
    Host& host = *self.threads->host_;
    host.rest = from.fctx;
    self.watch.arrive_from(host.watch);
    self.begun = true;
    self.work();
    self.work = nullptr;
    self.ended = true;
    self.watch.leave_for(host.watch, /*last=*/true);
    context::jump_fcontext(host.rest, nullptr);
  }

  Thread(VirtualThreads& all, std::function<void()> job, std::unique_ptr<std::byte[]> memory)
      : threads(&all), work(std::move(job)), stack(std::move(memory)), watch({stack.get(), kStackSize}) {
    rest = context::make_fcontext(stack.get() + kStackSize, kStackSize, enter);
  }

  VirtualThreads* threads;
  std::function<void()> work;
  std::unique_ptr<std::byte[]> stack;
  FiberWatch watch;
  context::fcontext_t rest;
  Wanted wanted = Wanted::kNothing;
  int fd = -1;
  Time wakes{};  // at the latest
  bool noticed = false;
  bool begun = false;
  bool ended = false;
};

VirtualThreads::VirtualThreads(World& world)
    : world_(world),
      kernel_(world.kernel()),
      faults_(kernel_.faults.partial > 0),
      host_(std::make_unique<Host>()) {
  kernel_.scheduler = this;
}

VirtualThreads::~VirtualThreads() { kernel_.scheduler = nullptr; }

bool VirtualThreads::may_start() {
  if (!faults_ || !kernel_.chance(2)) return true;
  ++world_.rules().caused_refusals;
  return false;
}

void VirtualThreads::start(std::function<void()> work) {
  const AllocatesAs as_world(Owner::kWorld);
  std::unique_ptr<std::byte[]> stack;
  if (stacks_.empty()) {
    stack = std::make_unique_for_overwrite<std::byte[]>(kStackSize);
  } else {
    stack = std::move(stacks_.back());
    stacks_.pop_back();
  }
  Thread& thread = *threads_.emplace_back(std::make_unique<Thread>(*this, std::move(work), std::move(stack)));
  thread.wakes = kernel_.now() + lateness();
  if (main_ == nullptr) main_ = &thread;
}

// Zero half of the time.
Duration VirtualThreads::lateness() {
  return faults_ && kernel_.chance(500) ? kernel_.pick(kLatest) : Duration::zero();
}

unsigned VirtualThreads::not_begun() const {
  return static_cast<unsigned>(std::ranges::count_if(threads_, [](const auto& one) { return !one->begun; }));
}

void VirtualThreads::run() {
  constexpr unsigned kMostRounds = 100'000;
  unsigned rounds = 0;
  for (bool again = true; again;) {
    if (++rounds > kMostRounds) return world_.fail("a thread of the server spins");
    again = false;
    if (main_ != nullptr && next_interrupt_ <= kernel_.now()) {
      next_interrupt_ = interrupt_period_ > Duration::zero() ? kernel_.now() + interrupt_period_ : kNever;
      if (main_->wanted != Wanted::kNothing) main_->wakes = kernel_.now();
    }
    for (auto one = threads_.begin(); one != threads_.end();) {
      Thread& thread = **one;
      if (!thread.noticed && has_what_it_wants(thread)) {
        thread.noticed = true;
        thread.wakes = std::min(thread.wakes, kernel_.now() + lateness());
      }
      if (thread.wakes <= kernel_.now()) {
        again = true;
        resume(thread);
      }
      if (!thread.ended) {
        ++one;
        continue;
      }
      if (main_ == &thread) main_ = nullptr;
      stacks_.push_back(std::move(thread.stack));
      one = threads_.erase(one);
    }
  }
}

Time VirtualThreads::next() const {
  Time next = main_ != nullptr ? next_interrupt_ : kNever;
  for (const auto& thread : threads_) {
    if (!thread->noticed && has_what_it_wants(*thread)) return kernel_.now();
    next = std::min(next, thread->wakes);
  }
  return next;
}

void VirtualThreads::resume(Thread& thread) {
  running_ = &thread;
  const AllocatesAs as_server(Owner::kServer);
  host_->watch.leave_for(thread.watch);
  thread.rest = context::jump_fcontext(thread.rest, &thread).fctx;
  host_->watch.arrive_from(thread.watch);
  running_ = nullptr;
}

void VirtualThreads::suspend() {
  Thread& self = *running_;
  self.watch.leave_for(host_->watch);
  host_->rest = context::jump_fcontext(host_->rest, nullptr).fctx;
  self.watch.arrive_from(host_->watch);
}

// Waits until the event, the time, or a signal.
void VirtualThreads::wait(Wanted wanted, int fd, Time until) {
  Thread& self = *running_;
  self.wanted = wanted;
  self.fd = fd;
  self.noticed = false;
  self.wakes = until == kNever ? kNever : until + lateness();
  if (faults_ && wanted != Wanted::kNothing && kernel_.chance(kernel_.faults.interrupted)) {
    self.wakes = std::min(self.wakes, kernel_.now() + kernel_.pick(kLatest));
  }
  suspend();
  self.wanted = Wanted::kNothing;
}

bool VirtualThreads::has_what_it_wants(const Thread& thread) const {
  switch (thread.wanted) {
    case Wanted::kNothing: return false;
    case Wanted::kEndOfSleeps: return sleeps_aborted_;
    case Wanted::kPoll:
      return std::ranges::any_of(polled_, [this](pollfd one) {
        if (kernel_.listens(one.fd)) return kernel_.first_waiting(one.fd) != nullptr;
        // The server's own descriptors are real. None is readable before the stop signal.
        return world_.rules().stop != kNever && ::poll(&one, 1, 0) > 0;
      });
    case Wanted::kRead:
    case Wanted::kWrite: {
      const simulation::Socket* const socket = kernel_.find(thread.fd);
      return socket == nullptr || (thread.wanted == Wanted::kRead ? socket->readable() : socket->writable());
    }
  }
  return false;
}

void VirtualThreads::sleep_until(Time time) { wait(Wanted::kNothing, -1, time); }

void VirtualThreads::preempt() {
  if (running_ == nullptr || !faults_ || !kernel_.chance(20)) return;
  Thread& self = *running_;
  self.wanted = Wanted::kNothing;
  self.wakes = kernel_.now();
  suspend();
}

void VirtualThreads::interrupt_every(Duration period) {
  interrupt_period_ = period;
  next_interrupt_ = kernel_.now();
}

}  // namespace majuscule::simulation
