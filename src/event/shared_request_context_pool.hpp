// SPDX-License-Identifier: MIT
// A pool of request contexts for connections that several threads drive, behind a mutex.
#pragma once

#include "base/mutex.hpp"
#include "http/request_context.hpp"

namespace majuscule {

/// Thread-safe.
class SharedRequestContextPool final : public RequestContextPool {
 public:
  using RequestContextPool::RequestContextPool;

  std::unique_ptr<RequestContext> take() override {
    const MutexLock lock(mutex_);
    return RequestContextPool::take();
  }
  void give_back(std::unique_ptr<RequestContext> request_context) noexcept override {
    const MutexLock lock(mutex_);
    RequestContextPool::give_back(std::move(request_context));
  }

 private:
  Mutex mutex_;
};

}  // namespace majuscule
