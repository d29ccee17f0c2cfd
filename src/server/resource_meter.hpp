// SPDX-License-Identifier: MIT
// What a server has used, over all its processes: each has a place in a mapping that all share, and whoever
// is asked adds them up. A process knows itself exactly (getrusage(2)); of the others it reads what the
// kernel tells everybody (proc(5)); of the dead it has what their parent was told when it reaped them
// (wait4(2)).
//
// No figure but `threads` ever falls, whoever dies and whoever answers.
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
  /// For this process and so many others at once.
  explicit ResourceMeter(std::size_t others);
  ResourceMeter(const ResourceMeter&) = delete;
  ResourceMeter& operator=(const ResourceMeter&) = delete;

  /// fork(2) of a process that has a place here. Processes beyond those that it was made for are counted when
  /// they are reaped.
  pid_t fork();
  /// A child, or the orphan of one, was reaped. In any process of the server.
  void reaped(pid_t pid, const rusage& usage);
  /// Lets the others know what they could not read of this process: the switches of all its threads, those
  /// that ended included. Cheap. Thread-safe.
  void publish() const;

  /// The sums. CPU time of other processes is in steps of 10 ms, but exact for one with one thread, where
  /// what is less than a step counts as the system's; their switches are those of the main thread or what
  /// they published, whichever is more. `max_rss_bytes` adds up what each place held at most, so pages that
  /// processes share count for each of them. Thread-safe.
  Resources read() const;

 private:
  using SharedFigures = std::array<std::atomic<std::uint64_t>, kFigures>;

  struct Place {
    std::atomic<bool> used = false;  // now or before; the first that never was is the end of them
    std::atomic<pid_t> pid = 0;      // 0: free; negative: taken by that process for a child
    std::atomic<std::uint64_t> threads = 0;
    std::atomic<std::uint64_t> peak_rss = 0;
    SharedFigures dead{};       // of those who had it before
    SharedFigures reaped{};     // of the children of the one who has it, which wait4(2) counts once more
    SharedFigures published{};  // by the one who has it
    SharedFigures known{};      // the most that anybody found: a death between two looks hides nothing
  };

  Place* take_place() const;
  Place* place_of(pid_t pid) const;
  /// Asks the kernel about a process; zeros when it is gone, or no descriptor is left to ask with.
  Figures look_at(Place& place, pid_t pid) const;

  const SharedArray<Place> places_;
  Place* own_ = nullptr;  // none when there were too few
  UniqueFd status_;       // of this process: it can be read when there are no more descriptors
};

}  // namespace majuscule
