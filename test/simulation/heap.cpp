// SPDX-License-Identifier: MIT
// Each block has a header with its size and owner, so that it is subtracted from the right account whichever
// side frees it. Over-aligned blocks are not counted.
#include "simulation/heap.hpp"

#include <array>
#include <cstdlib>
#include <new>
#include <utility>

namespace majuscule::simulation {
namespace {

struct alignas(std::max_align_t) Header {
  std::size_t size;
  Owner owner;
};

Owner current = Owner::kWorld;
std::array<std::ptrdiff_t, 2> live{};

std::ptrdiff_t& live_of(Owner owner) { return live[static_cast<std::size_t>(owner)]; }

void* allocate(std::size_t size) {
  auto* const header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) throw std::bad_alloc();
  header->size = size;
  header->owner = current;
  live_of(current) += static_cast<std::ptrdiff_t>(size);
  return header + 1;
}

void release(void* memory) noexcept {
  if (memory == nullptr) return;
  auto* const header = static_cast<Header*>(memory) - 1;
  live_of(header->owner) -= static_cast<std::ptrdiff_t>(header->size);
  std::free(header);
}

}  // namespace

std::ptrdiff_t heap_of(Owner owner) { return live_of(owner); }

Owner switch_owner(Owner owner) { return std::exchange(current, owner); }

}  // namespace majuscule::simulation

// The nothrow forms call these.
void* operator new(std::size_t size) { return majuscule::simulation::allocate(size); }
void* operator new[](std::size_t size) { return majuscule::simulation::allocate(size); }
void operator delete(void* memory) noexcept { majuscule::simulation::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { majuscule::simulation::release(memory); }
void operator delete[](void* memory) noexcept { majuscule::simulation::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { majuscule::simulation::release(memory); }
