// SPDX-License-Identifier: MIT
#include "net/thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <memory>
#include <new>

namespace majuscule {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStackSize = 1024 * 1024;  // instrumented frames are large
#else
constexpr std::size_t kStackSize = 64 * 1024;  // reserved; a client touches two or three pages of it
#endif

/// How all of them are made.
class Attributes {
 public:
  Attributes() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_attr_init(&attributes_);
    ::pthread_attr_setstacksize(&attributes_, kStackSize);
    ::pthread_attr_setdetachstate(&attributes_, PTHREAD_CREATE_DETACHED);
    ::pthread_attr_setsigmask_np(&attributes_, &all);
  }
  ~Attributes() { ::pthread_attr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const pthread_attr_t* get() const { return &attributes_; }

 private:
  pthread_attr_t attributes_;
};

void* run(void* argument) {
  const std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(argument));
  (*work)();
  return nullptr;
}

}  // namespace

bool start_thread(std::function<void()> work) {
  static const Attributes kAttributes;
  std::unique_ptr<std::function<void()>> argument(new (std::nothrow) std::function<void()>(std::move(work)));
  pthread_t thread{};
  if (!argument || ::pthread_create(&thread, kAttributes.get(), run, argument.get()) != 0) return false;
  [[maybe_unused]] const auto* const now_of_the_thread = argument.release();
  return true;
}

}  // namespace majuscule
