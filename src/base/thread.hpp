// SPDX-License-Identifier: MIT
// Threads by the thousand: with small stacks, deaf to signals (the main thread hears those).
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>

namespace majuscule {

/// What a client's conversation may need, in bytes; reserved, and it touches two or three pages of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kClientStackSize = 1024 * 1024;  // instrumented frames are large
#else
inline constexpr std::size_t kClientStackSize = 64 * 1024;
#endif

/// Runs `work` on a new thread, which nobody joins. False, without having run it, when the system has no
/// thread or no memory for it.
bool start_thread(std::function<void()> work);

/// The same for a thread that is to be joined (pthread_join(3)). Returns an errno; 0: it runs.
int start_joinable_thread(std::function<void()> work, pthread_t& thread);

}  // namespace majuscule
