// SPDX-License-Identifier: MIT
// The exchanges of connections that several threads drive, behind a mutex.
#pragma once

#include "base/mutex.hpp"
#include "http/exchange.hpp"

namespace majuscule {

/// Thread-safe.
class SharedExchangePool final : public ExchangePool {
 public:
  using ExchangePool::ExchangePool;

  std::unique_ptr<Exchange> take() override {
    const MutexLock lock(mutex_);
    return ExchangePool::take();
  }
  void give_back(std::unique_ptr<Exchange> exchange) noexcept override {
    const MutexLock lock(mutex_);
    ExchangePool::give_back(std::move(exchange));
  }

 private:
  Mutex mutex_;
};

}  // namespace majuscule
