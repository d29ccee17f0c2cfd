// SPDX-License-Identifier: MIT
// The stack of a fiber: a mapping with an inaccessible guard below it, so that an overflow crashes at once
// and corrupts nothing. Only pages that were touched cost memory.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>

namespace majuscule {

class FiberStack {
 public:
  static constexpr std::size_t kGuardSize = 16 * 1024;  // no frame here is large enough to step over it

  /// Maps the stack. It stays empty when the system refuses: mappings (vm.max_map_count; two for each stack)
  /// and memory are limited.
  FiberStack();
  ~FiberStack();
  FiberStack(const FiberStack&) = delete;
  FiberStack& operator=(const FiberStack&) = delete;

  explicit operator bool() const { return !mapping_.empty(); }
  /// Returns the usable part, from its lowest address to its highest, where the stack begins.
  std::span<std::byte> usable() const {
    assert(*this);
    return mapping_.subspan(kGuardSize);
  }

 private:
  std::span<std::byte> mapping_;
};

}  // namespace majuscule
