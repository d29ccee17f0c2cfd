// SPDX-License-Identifier: MIT
// The threads of a blocking server in virtual time: each has a stack, and one at a time runs until it waits.
// A thread is woken slightly late, and may be preempted before a system call. Waits behave like those of
// SyscallIo: timeouts end early, and signals interrupt.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "blocking/blocking_io.hpp"
#include "simulation/world.hpp"

namespace majuscule::simulation {

class VirtualThreads final : public BlockingIo, public Scheduler {
 public:
  /// How late a thread may be woken.
  static constexpr Duration kLatest = std::chrono::milliseconds(3);

  explicit VirtualThreads(World& world);
  ~VirtualThreads() override;

  /// A new thread; the first one is the main thread.
  void start(std::function<void()> work);
  /// As start_thread(): returns false and leaves the job untouched when no thread can be started.
  template <typename Job>
  bool start_thread(Job& job) {
    if (!may_start()) return false;
    auto kept = std::make_shared<Job>(std::move(job));
    start([kept] { (*kept)(); });
    return true;
  }

  /// Runs all threads until each waits for a later time. A thread that never waits is a fault.
  void run();
  /// Returns when a thread continues by itself, or now, if one can.
  Time next() const;
  /// Returns whether all have ended.
  bool finished() const { return threads_.empty(); }
  /// Returns how many have not started.
  unsigned not_begun() const;

  Received receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) override;
  IoResult send(Socket& socket, const Output& output, Time now, Time until, std::size_t& count) override;
  bool sleep(Time until) override;
  void poll(std::span<pollfd> descriptors, Time until) override;
  void abort_sleeps() override;

  void sleep_until(Time time) override;
  void preempt() override;
  void interrupt_every(Duration period) override;

 private:
  struct Thread;
  enum class Wanted : std::uint8_t { kNothing, kRead, kWrite, kPoll, kEndOfSleeps };

  bool may_start();
  void resume(Thread& thread);
  void suspend();
  void wait(Wanted wanted, int fd, Time until);
  bool has_what_it_wants(const Thread& thread) const;
  bool is_ready(const Thread& thread) const;
  Duration lateness();

  World& world_;
  Kernel& kernel_;
  const bool faults_;
  std::list<std::unique_ptr<Thread>> threads_;
  std::vector<std::unique_ptr<std::byte[]>> stacks_;  // not in use
  Thread* running_ = nullptr;
  Thread* main_ = nullptr;
  std::span<pollfd> polled_;
  bool sleeps_aborted_ = false;
  Time next_interrupt_ = kNever;
  Duration interrupt_period_{};
  struct Host;
  std::unique_ptr<Host> host_;
};

}  // namespace majuscule::simulation
