// SPDX-License-Identifier: MIT
// Measures the current and the peak heap memory of the code under test: what it allocates during the lifetime
// of a Metered, less what it frees. Needs a sanitizer's allocator; without one it measures nothing. For one
// thread.
#pragma once

#include <cstddef>

namespace majuscule::test {

struct HeapMeter {
  std::ptrdiff_t live = 0;
  std::ptrdiff_t peak = 0;
};

/// Attributes the allocations of this thread to `meter` during its lifetime.
class Metered {
 public:
  explicit Metered(HeapMeter& meter);
  ~Metered();
  Metered(const Metered&) = delete;
  Metered& operator=(const Metered&) = delete;
};

}  // namespace majuscule::test
