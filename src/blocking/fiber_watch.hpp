// SPDX-License-Identifier: MIT
// Tells tools that watch the program (address and thread sanitizer, valgrind) about the switches between
// fiber stacks. Without such a tool all of this is empty.
#pragma once

#include <cstddef>
#include <span>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <poll.h>
#include <sanitizer/tsan_interface.h>
#include <signal.h>
#endif
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

namespace majuscule {

/// The tools' data of one stack.
class FiberWatch {
 public:
  /// Of the stack that the caller runs on.
  FiberWatch() = default;
  /// Of a stack that is not in use yet.
  explicit FiberWatch([[maybe_unused]] std::span<std::byte> stack) : stack_(stack), is_own_(true) {
#if defined(__SANITIZE_THREAD__)
    hold_signals();
    fiber_ = ::__tsan_create_fiber(0);
    release_signals();
#endif
#if defined(VALGRIND_STACK_REGISTER)
    id_ = VALGRIND_STACK_REGISTER(stack.data(), stack.data() + stack.size());
#endif
  }
  ~FiberWatch() {
    if (!is_own_) return;
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(stack_.data(), stack_.size());  // the last frames have never returned
#endif
#if defined(__SANITIZE_THREAD__)
    hold_signals();
    ::__tsan_destroy_fiber(fiber_);
    release_signals();
#endif
#if defined(VALGRIND_STACK_DEREGISTER)
    VALGRIND_STACK_DEREGISTER(id_);
#endif
  }
  FiberWatch(const FiberWatch&) = delete;
  FiberWatch& operator=(const FiberWatch&) = delete;

  /// To be called right before each switch from this stack to another; `last`: it is never resumed.
  void leave_for([[maybe_unused]] const FiberWatch& other, [[maybe_unused]] bool last = false) {
#if defined(__SANITIZE_ADDRESS__)
    ::__sanitizer_start_switch_fiber(last ? nullptr : &fake_stack_, other.stack_.data(), other.stack_.size());
#endif
#if defined(__SANITIZE_THREAD__)
    if (is_own_) {
      hold_signals();
      ::poll(nullptr, 0, 0);  // delivers signals that are pending
    }
    ::__tsan_switch_to_fiber(other.fiber_, 0);
#endif
  }
  /// To be called right after each switch to this stack from another.
  void arrive_from([[maybe_unused]] FiberWatch& other) {
#if defined(__SANITIZE_ADDRESS__)
    const void* bottom = nullptr;
    std::size_t size = 0;
    ::__sanitizer_finish_switch_fiber(fake_stack_, &bottom, &size);
    if (!other.is_own_) other.stack_ = {static_cast<std::byte*>(const_cast<void*>(bottom)), size};
#endif
#if defined(__SANITIZE_THREAD__)
    if (other.is_own_) other.release_signals();
#endif
  }

 private:
#if defined(__SANITIZE_THREAD__)
  // The thread sanitizer ties a signal to the stack on which it arrived until a call there may block, and
  // loses signals of a stack that is being created or has ended. So signals are blocked meanwhile.
  void hold_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &signals_);
  }
  void release_signals() const { ::pthread_sigmask(SIG_SETMASK, &signals_, nullptr); }
#endif

  std::span<std::byte> stack_;
  bool is_own_ = false;
#if defined(__SANITIZE_ADDRESS__)
  void* fake_stack_ = nullptr;
#endif
#if defined(__SANITIZE_THREAD__)
  void* fiber_ = ::__tsan_get_current_fiber();
  sigset_t signals_{};
#endif
#if defined(VALGRIND_STACK_REGISTER)
  unsigned id_ = 0;
#endif
};

}  // namespace majuscule
