// SPDX-License-Identifier: MIT
// Counts the server's heap memory separately from that of the simulation. Replaces operator new.
#pragma once

#include <cstddef>

namespace majuscule::simulation {

enum class Owner : unsigned char { kWorld, kServer };

/// Returns how many bytes this owner has allocated and not freed.
std::ptrdiff_t heap_of(Owner owner);
/// Assigns further allocations to this owner. Returns the previous one.
Owner switch_owner(Owner owner);

/// Assigns allocations to this owner during its lifetime.
class AllocatesAs {
 public:
  explicit AllocatesAs(Owner owner) : before_(switch_owner(owner)) {}
  ~AllocatesAs() { switch_owner(before_); }
  AllocatesAs(const AllocatesAs&) = delete;
  AllocatesAs& operator=(const AllocatesAs&) = delete;

 private:
  const Owner before_;
};

}  // namespace majuscule::simulation
