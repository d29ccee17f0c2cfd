// SPDX-License-Identifier: MIT
// Threads by the thousand: detached, with small stacks, deaf to signals (the main thread hears those).
#pragma once

#include <functional>

namespace majuscule {

/// Runs `work` on a new thread. False, without having run it, when the system has no thread or no memory for
/// it.
bool start_thread(std::function<void()> work);

}  // namespace majuscule
