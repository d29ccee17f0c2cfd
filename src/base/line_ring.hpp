// SPDX-License-Identifier: MIT
// Carries lines from the processes of a server to the process that writes them: a ring of bytes in shared
// memory. A line that does not fit is lost and counted; put() never waits for the writer.
//
// Any number of threads and processes put lines in, under a mutex that survives the death of its holder. A
// line is in the ring once `written` includes it. One process takes lines out, without the mutex.
#pragma once

#include <atomic>
#include <bit>
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/process_mutex.hpp"
#include "base/shared_array.hpp"
#include "majuscule/instant.hpp"

namespace majuscule {

class LineRing {
 public:
  /// A quarter of a second of lines at 100,000 requests a second.
  static constexpr std::size_t kCapacity = 4 * 1024 * 1024;

  /// `capacity` in bytes, a power of two. Throws std::system_error when out of memory.
  explicit LineRing(std::size_t capacity = kCapacity) : bytes_(capacity), state_memory_(1) {
    assert(std::has_single_bit(capacity));
  }
  LineRing(const LineRing&) = delete;
  LineRing& operator=(const LineRing&) = delete;

  /// Puts in `line` and a newline. Returns false and counts the line as lost when there is no room.
  /// Thread-safe, also between processes.
  bool put(std::string_view line);
  /// Returns whether the writer sleeps and the caller must wake it: true for one caller each time.
  bool claim_wake_up() { return state().asleep && state().asleep.exchange(false); }

  /// Counts lines that the writer could not write. Returns how many are lost so far.
  std::uint64_t lose(std::uint64_t count) { return state().lost += count; }
  std::uint64_t lost() const { return state().lost; }
  /// Returns true at most once a minute, in one of the processes. The caller then logs the loss.
  bool admit_loss_report(Time now);

  // For the writer.

  /// Appends the oldest whole lines to `lines`: as many as fit into `most` bytes, at least one if there is
  /// any.
  void peek(std::string& lines, std::size_t most) const;
  /// Removes that many bytes.
  void drop(std::size_t size) {
    assert(size <= state().written - state().taken);
    state().taken += size;
  }
  /// Grows with each byte that is removed.
  std::uint64_t position() const { return state().taken; }
  bool empty() const { return state().taken == state().written; }
  /// Announces that the writer is about to sleep. Returns false if there is something to write.
  bool fall_asleep();
  void stay_awake() { state().asleep = false; }

 private:
  struct State {
    ProcessMutex mutex{true};
    std::atomic<std::uint64_t> written = 0;  // bytes, since the beginning
    std::atomic<std::uint64_t> taken = 0;
    std::atomic<std::uint64_t> lost = 0;  // lines
    std::atomic<bool> asleep = false;
    std::atomic<Time::rep> next_loss = 0;
  };

  State& state() const { return state_memory_[0]; }
  std::size_t place(std::uint64_t position) const { return position & (bytes_.size() - 1); }
  void copy_in(std::uint64_t position, std::string_view bytes);
  void copy_out(std::uint64_t position, std::size_t size, std::string& bytes) const;

  const SharedArray<char> bytes_;
  const SharedArray<State> state_memory_;
};

}  // namespace majuscule
