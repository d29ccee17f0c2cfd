// SPDX-License-Identifier: MIT
// Counts heap allocations of selected threads: operator new in every build, and malloc (also in C libraries)
// with glibc and without a sanitizer, which replaces malloc. Linked only into tests that use it.
#pragma once

#include <cstdint>

namespace majuscule::test {

/// Starts or stops counting the allocations of the calling thread.
void count_allocations_here(bool count);

/// Returns the number counted on all threads.
std::uint64_t allocations();

/// Returns whether malloc is counted too.
bool malloc_is_counted();

}  // namespace majuscule::test
