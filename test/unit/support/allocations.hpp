// SPDX-License-Identifier: MIT
// Counts heap allocations of the threads that want it: operator new in any build, and malloc too (also that
// of the C libraries) with glibc and without a sanitizer, which has a malloc of its own. To be linked into a
// test of its own.
#pragma once

#include <cstdint>

namespace majuscule::test {

/// From now on the allocations of the calling thread count (or no more).
void count_allocations_here(bool count);

/// How many were counted on all threads.
std::uint64_t allocations();

/// Whether malloc is counted as well.
bool malloc_is_counted();

}  // namespace majuscule::test
