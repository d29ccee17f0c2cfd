// SPDX-License-Identifier: MIT
#include "fuzz/heap_meter.hpp"

#include <algorithm>

// Of sanitizer/allocator_interface.h; weak, for builds without a sanitizer.
extern "C" {
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                                        std::size_t),
                                                                    void (*free_hook)(const volatile void*));
__attribute__((weak)) std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
}

namespace majuscule::test {
namespace {

thread_local HeapMeter* current = nullptr;

void note_malloc(const volatile void*, std::size_t size) {
  if (current == nullptr) return;
  current->live += static_cast<std::ptrdiff_t>(size);
  current->peak = std::max(current->peak, current->live);
}

void note_free(const volatile void* memory) {
  if (current == nullptr || memory == nullptr) return;
  current->live -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(memory));
}

}  // namespace

Metered::Metered(HeapMeter& meter) {
  static const bool kInstalled = __sanitizer_install_malloc_and_free_hooks != nullptr &&
                                 __sanitizer_install_malloc_and_free_hooks(note_malloc, note_free) != 0;
  if (kInstalled) current = &meter;
}

Metered::~Metered() { current = nullptr; }

}  // namespace majuscule::test
