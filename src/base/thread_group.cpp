// SPDX-License-Identifier: MIT
#include "base/thread_group.hpp"

#include <cassert>
#include <string>
#include <system_error>

#include "base/thread.hpp"

namespace majuscule {

ThreadGroup::ThreadGroup(std::size_t size, std::function<void()> work, std::function<void()> end)
    : work_(std::move(work)), end_(std::move(end)) {
  threads_.reserve(size);
  while (threads_.size() < size) {
    pthread_t thread{};
    if (const int error = start_joinable_thread(work_, thread); error != 0) {
      const std::string what =
          "--threads=" + std::to_string(size) + ": only " + std::to_string(threads_.size()) + " could start";
      stop();
      throw std::system_error(error, std::system_category(), what);
    }
    threads_.push_back(thread);
  }
}

ThreadGroup::~ThreadGroup() { stop(); }

void ThreadGroup::stop() {
  end_();
  for (const pthread_t thread : threads_) {
    [[maybe_unused]] const int error = ::pthread_join(thread, nullptr);
    assert(error == 0);
  }
}

}  // namespace majuscule
