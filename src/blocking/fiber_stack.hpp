// SPDX-License-Identifier: MIT
// The stack of a user-level thread: its own mapping, with a guard below it that no one may touch, so that an
// overflow ends the process where it happens and changes nothing else. Only the pages that were used cost
// memory.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>

namespace majuscule {

class FiberStack {
 public:
  static constexpr std::size_t kGuardSize = 16 * 1024;  // no frame of ours is larger and steps over it

  /// Maps it, or not: the system has a limit of mappings (vm.max_map_count; two for each stack) and of
  /// memory.
  FiberStack();
  ~FiberStack();
  FiberStack(const FiberStack&) = delete;
  FiberStack& operator=(const FiberStack&) = delete;

  explicit operator bool() const { return !mapping_.empty(); }
  /// From its lowest address, at which it is full, to its highest, from which it grows downwards.
  std::span<std::byte> usable() const {
    assert(*this);
    return mapping_.subspan(kGuardSize);
  }

 private:
  std::span<std::byte> mapping_;
};

}  // namespace majuscule
