// SPDX-License-Identifier: MIT
// Owns a descriptor: move-only, closed by the destructor.
#pragma once

#include <cassert>
#include <cerrno>
#include <utility>

#include "base/system_calls.hpp"

namespace majuscule {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  /// Gives up ownership without closing the descriptor.
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ < 0) return;
    [[maybe_unused]] const int result = sys::close(std::exchange(fd_, -1));
    assert(result == 0 || errno != EBADF);  // nothing else has closed it
  }

 private:
  int fd_ = -1;
};

}  // namespace majuscule
