// SPDX-License-Identifier: MIT
#include "blocking/fiber_stack.hpp"

#include <sys/mman.h>

#include "base/thread.hpp"

namespace majuscule {

FiberStack::FiberStack() {
  constexpr std::size_t kSize = kGuardSize + kClientStackSize;
  void* const mapping =
      ::mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapping == MAP_FAILED) return;
  auto* const begin = static_cast<std::byte*>(mapping);
  if (::mprotect(begin + kGuardSize, kClientStackSize, PROT_READ | PROT_WRITE) != 0) {
    ::munmap(mapping, kSize);
    return;
  }
  mapping_ = {begin, kSize};
}

FiberStack::~FiberStack() {
  if (*this) ::munmap(mapping_.data(), mapping_.size());
}

}  // namespace majuscule
