// SPDX-License-Identifier: MIT
// An io_uring (liburing) of one thread. Entries are prepared, then submitted together by the one system call
// that also waits, and their completions are taken in a batch. The memory of an operation must stay valid and
// in place until it completes. Closing a descriptor does not end the operations on it.
//
// The kernel's part of the work is done inside wait() and catch_up(), on this thread, and is counted as its
// CPU time.
#pragma once

#include <cstdint>

#include <liburing.h>

#include "majuscule/instant.hpp"

namespace majuscule {

class Uring {
 public:
  /// Throws std::runtime_error with the reason when this system has no suitable io_uring.
  Uring();
  ~Uring() { ::io_uring_queue_exit(&ring_); }
  Uring(const Uring&) = delete;
  Uring& operator=(const Uring&) = delete;

  /// Starts an operation: `prepare(entry)` fills in the entry; each of its completions carries `tag`.
  template <typename Prepare>
  void start(std::uint64_t tag, Prepare&& prepare) {
    io_uring_sqe* const entry = take_entry();
    prepare(entry);
    ::io_uring_sqe_set_data64(entry, tag);
  }
  /// Cancels the operation with this tag, if there is one: it completes, with ECANCELED unless it was already
  /// done. The cancellation itself completes with tag 0.
  void cancel(std::uint64_t tag) {
    start(0, [tag](io_uring_sqe* entry) { ::io_uring_prep_cancel64(entry, tag, 0); });
  }

  /// Submits the prepared entries. The kernel tries each operation at once.
  void submit() { ::io_uring_submit(&ring_); }
  /// Submits, and collects what has completed by now.
  void catch_up() { ::io_uring_submit_and_get_events(&ring_); }
  /// Submits, and sleeps until there is a completion or `until` has passed.
  void wait(Time until);

  /// Calls take(completion) for each available completion.
  template <typename Take>
  void take_completions(Take&& take) {
    unsigned head = 0;
    unsigned count = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion) {
      ++count;
      take(*completion);
    }
    ::io_uring_cq_advance(&ring_, count);
  }

  io_uring* get() { return &ring_; }

 private:
  /// Beyond this many the kernel keeps completions in an overflow list, and loses none.
  static constexpr unsigned kCompletions = 4096;
  static constexpr unsigned kEntries = 512;

  io_uring_sqe* take_entry();

  io_uring ring_{};
};

}  // namespace majuscule
