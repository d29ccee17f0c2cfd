// SPDX-License-Identifier: MIT
// Objects in memory shared with every process forked later (an anonymous mapping).
#pragma once

#include <sys/mman.h>

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <new>
#include <system_error>
#include <type_traits>

namespace majuscule {

/// Each process unmaps its own view; the memory is freed with the last one. The objects must stay usable when
/// a process is killed between any two instructions.
template <typename T>
class SharedArray {
  static_assert(std::is_trivially_destructible_v<T>, "others may still use it");

 public:
  /// Constructs `size` objects, each T(arguments...). Throws std::system_error when out of memory.
  template <typename... Arguments>
  explicit SharedArray(std::size_t size, const Arguments&... arguments) : size_(size) {
    assert(size > 0);
    void* const memory =
        ::mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      throw std::system_error(errno, std::generic_category(), "memory for processes to share");
    }
    items_ = static_cast<T*>(memory);
    for (std::size_t i = 0; i < size; ++i) new (items_ + i) T(arguments...);
  }
  ~SharedArray() { ::munmap(items_, size_ * sizeof(T)); }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;

  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) const {
    assert(i < size_);
    return items_[i];
  }
  T* begin() const { return items_; }
  T* end() const { return items_ + size_; }

 private:
  const std::size_t size_;
  T* items_;
};

}  // namespace majuscule
