// SPDX-License-Identifier: MIT
// An io_uring (liburing) of one thread: entries are prepared, submitted together by the one system call that
// also waits, and their completions taken in a batch. Whatever an operation points to must live, and where it
// is, until its completion has come; closing a descriptor does not end the operations on it.
//
// The kernel's part of the work is done inside wait() and catch_up(), on this thread, and is accounted to it.
#pragma once

#include <cstdint>

#include <liburing.h>

#include "majuscule/instant.hpp"

namespace majuscule {

class Uring {
 public:
  /// Throws std::runtime_error with the reason when this system has no io_uring that will do.
  Uring();
  ~Uring() { ::io_uring_queue_exit(&ring_); }
  Uring(const Uring&) = delete;
  Uring& operator=(const Uring&) = delete;

  /// Starts an operation: `prepare(entry)` fills it in, `tag` comes back with each of its completions.
  template <typename Prepare>
  void start(std::uint64_t tag, Prepare&& prepare) {
    io_uring_sqe* const entry = take_entry();
    prepare(entry);
    ::io_uring_sqe_set_data64(entry, tag);
  }
  /// Ends the operation with this tag, if there is one: it completes, with ECANCELED unless it was quicker.
  /// The completion of the cancelling itself has the tag 0.
  void cancel(std::uint64_t tag) {
    start(0, [tag](io_uring_sqe* entry) { ::io_uring_prep_cancel64(entry, tag, 0); });
  }

  /// Hands over what is prepared. The kernel tries each operation at once.
  void submit() { ::io_uring_submit(&ring_); }
  /// The same, and completes what can be completed by now.
  void catch_up() { ::io_uring_submit_and_get_events(&ring_); }
  /// The same, and sleeps until there is a completion or it is `until`.
  void wait(Time until);

  /// Calls take(completion) for each that is there.
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
  /// Past so many the kernel keeps the completions in a list of its own, and loses none.
  static constexpr unsigned kCompletions = 4096;
  static constexpr unsigned kEntries = 512;

  io_uring_sqe* take_entry();

  io_uring ring_{};
};

}  // namespace majuscule
