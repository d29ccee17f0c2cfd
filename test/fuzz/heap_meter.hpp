// SPDX-License-Identifier: MIT
// How much memory the code under test holds, and held at most: what it allocates while a Metered is alive,
// less what it gives back. Needs a sanitizer's allocator; without one it sees nothing. For one thread.
#pragma once

#include <cstddef>

namespace majuscule::test {

struct HeapMeter {
  std::ptrdiff_t live = 0;
  std::ptrdiff_t peak = 0;
};

/// While it is alive, the allocations of this thread go to `meter`.
class Metered {
 public:
  explicit Metered(HeapMeter& meter);
  ~Metered();
  Metered(const Metered&) = delete;
  Metered& operator=(const Metered&) = delete;
};

}  // namespace majuscule::test
