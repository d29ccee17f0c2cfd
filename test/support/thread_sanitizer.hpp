// SPDX-License-Identifier: MIT
// Whether this program has the thread sanitizer; tests that it makes impossible are skipped by name.
#pragma once

namespace majuscule::test {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kHasThreadSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kHasThreadSanitizer = true;
#else
inline constexpr bool kHasThreadSanitizer = false;
#endif
#else
inline constexpr bool kHasThreadSanitizer = false;
#endif

}  // namespace majuscule::test
