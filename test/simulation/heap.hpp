// SPDX-License-Identifier: MIT
// Counts the heap memory that the server holds, apart from that of the world around it. Replaces operator
// new.
#pragma once

#include <cstddef>

namespace majuscule::simulation {

enum class Owner : unsigned char { kWorld, kServer };

/// How many bytes this owner has allocated and not freed.
std::ptrdiff_t heap_of(Owner owner);
/// What is allocated from now on belongs to this owner. Returns the owner before.
Owner switch_owner(Owner owner);

/// While it is alive, what is allocated belongs to this owner.
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
