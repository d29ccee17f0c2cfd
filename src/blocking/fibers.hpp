// SPDX-License-Identifier: MIT
// User-level threads on one kernel thread: a wait through BlockingIo blocks only the fiber that waits.
//
// The code that calls poll() (the accepting code, on the thread's own stack) is also the scheduler. Inside
// poll() it waits in epoll_wait(2) for all sockets and all fibers' times, and switches to each fiber that can
// go on, until that fiber waits again. There are no other switches, so data that fibers share needs no lock.
//
// Each socket is registered once, edge-triggered, when its fiber first has to wait for it. The steady state
// is one epoll_wait, one recv and one send.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/intrusive_list.hpp"
#include "base/timer_wheel.hpp"
#include "blocking/blocking_io.hpp"
#include "blocking/fiber_watch.hpp"

namespace majuscule {

/// Not thread-safe. Fibers call receive(), send() and sleep(); the scheduler's stack calls start(), poll()
/// and abort_sleeps().
class Fibers final : public BlockingIo {
 public:
  /// Throws std::system_error.
  Fibers();
  /// All fibers must have ended.
  ~Fibers() override;

  /// Calls `job`, which must not throw, on a new fiber's stack, and returns when it first waits. Returns
  /// false and leaves `job` as it was when the system refuses a stack. Throws std::bad_alloc and leaves `job`
  /// as it was.
  template <typename Job>
  bool start(Job& job) {
    using Kept = WorkOf<Job>;
    std::unique_ptr<Work> work = std::make_unique<Kept>(std::move(job));
    if (begin(work)) return true;
    if constexpr (std::is_move_assignable_v<Job>) job = std::move(static_cast<Kept&>(*work).job);
    return false;
  }

  Received receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) override;
  IoResult send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) override;
  bool sleep(Time until) override;
  void poll(std::span<pollfd> descriptors, Time until) override;
  void abort_sleeps() override;

 private:
  static constexpr std::size_t kPooledFibers = 256;  // kept with their stacks, for the next clients
  static constexpr int kEventsAtOnce = 512;

  struct Fiber;

  struct Work {
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;
    virtual void run() = 0;
  };
  template <typename Job>
  struct WorkOf final : Work {
    explicit WorkOf(Job&& moved) : job(std::move(moved)) {}
    void run() override { job(); }
    Job job;
  };

  bool begin(std::unique_ptr<Work>& work);
  void resume(Fiber& fiber);
  void suspend(Fiber& fiber);
  bool watch(Fiber& fiber, int fd) const;
  void yield(Fiber& fiber);
  bool wait(Fiber& fiber, std::uint32_t events, Time until);
  void run_once();

  const UniqueFd epoll_;
  TimerWheel wheel_;
  TimerWheel::Timer poll_end_;
  bool poll_ended_ = false;
  bool aborted_ = false;
  Fiber* running_ = nullptr;
  IntrusiveList<Fiber> sleepers_;
  Fiber* yielded_ = nullptr;  // those that yielded, to resume after the next check of the others
  std::vector<std::unique_ptr<Fiber>> free_;
  FiberWatch scheduler_watch_;
  void* scheduler_ = nullptr;  // resumed when the running fiber waits
};

}  // namespace majuscule
