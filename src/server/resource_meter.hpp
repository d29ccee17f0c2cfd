// SPDX-License-Identifier: MIT
// The resources that all processes of a server have used. Each process has a slot in shared memory, and any
// process can add them up. A process knows its own figures exactly (getrusage(2)), reads those of the others
// from proc(5), and has those of the dead from the parent that reaped them (wait4(2)).
//
// No figure except `threads` ever falls, whichever process answers and whichever dies.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "base/shared_array.hpp"
#include "base/unique_fd.hpp"
#include "majuscule/serve.hpp"
#include "server/process_figures.hpp"

namespace majuscule {

class ResourceMeter {
 public:
  /// Makes slots for this process and for `others` more at the same time.
  explicit ResourceMeter(std::size_t others);
  ResourceMeter(const ResourceMeter&) = delete;
  ResourceMeter& operator=(const ResourceMeter&) = delete;

  /// fork(2) for a process that has a slot. A child without a free slot is counted when it is reaped.
  pid_t fork();
  /// A child, or an orphan of a child, was reaped. May be called in any process of the server.
  void reaped(pid_t pid, const rusage& usage);
  /// Publishes what other processes cannot read: the context switches of all threads, including those that
  /// have ended. Cheap. Thread-safe.
  void publish() const;

  /// Returns the sums. CPU time of other processes is in steps of 10 ms; with a single thread it is exact,
  /// and the remainder below a step counts as system time. Their context switches are those of the main
  /// thread or the published ones, whichever is more. `max_rss_bytes` adds up the peak of each slot, so
  /// shared pages count once for each process. Thread-safe.
  Resources read() const;

 private:
  using SharedFigures = std::array<std::atomic<std::uint64_t>, kFigures>;

  struct Slot {
    std::atomic<bool> used = false;  // now or earlier; the first unused slot ends the search
    std::atomic<pid_t> pid = 0;      // 0: free; negative: that process reserved it for a child
    std::atomic<std::uint64_t> threads = 0;
    std::atomic<std::uint64_t> peak_rss = 0;
    SharedFigures dead{};       // of processes that had the slot before
    SharedFigures reaped{};     // children of the current process: wait4(2) will report them once more
    SharedFigures published{};  // by the current process
    SharedFigures known{};      // the highest figures read so far, so that none falls when a process dies
  };

  Slot* take_slot() const;
  Slot* slot_of(pid_t pid) const;
  /// Reads the figures of a process from the kernel; zeros when it has ended or no descriptor is free.
  Figures read_figures(Slot& slot, pid_t pid) const;

  const SharedArray<Slot> slots_;
  Slot* own_ = nullptr;  // null: there were too few slots
  UniqueFd status_;      // open, so that it can be read when no descriptor is free
};

}  // namespace majuscule
