// SPDX-License-Identifier: MIT
// The replaced operators use malloc and free, so memory may be passed between them and those of a sanitizer.
#include "support/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MAJUSCULE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define MAJUSCULE_SANITIZED 1
#endif
#endif

namespace majuscule::test {
namespace {

thread_local bool counted = false;
std::atomic<std::uint64_t> total = 0;

void note() {
  if (counted) total.fetch_add(1);
}

void* allocate(std::size_t size) {
  note();
  void* const memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  note();
  const auto to = static_cast<std::size_t>(alignment);
  void* const memory = std::aligned_alloc(to, (size + to - 1) / to * to);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void count_allocations_here(bool count) { counted = count; }

std::uint64_t allocations() { return total.load(); }

}  // namespace majuscule::test

// The nothrow and array forms call these, so every form of new is counted.
void* operator new(std::size_t size) { return majuscule::test::allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return majuscule::test::allocate(size, alignment);
}
void* operator new[](std::size_t size) { return majuscule::test::allocate(size); }
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return majuscule::test::allocate(size, alignment);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

#if defined(__GLIBC__) && !defined(MAJUSCULE_SANITIZED)

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) noexcept {
  majuscule::test::note();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  majuscule::test::note();
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  majuscule::test::note();
  return __libc_realloc(memory, size);
}

}  // extern "C"

bool majuscule::test::malloc_is_counted() { return true; }
#else
bool majuscule::test::malloc_is_counted() { return false; }
#endif
