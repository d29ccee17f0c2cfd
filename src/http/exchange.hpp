// SPDX-License-Identifier: MIT
// The state that a connection needs only while a request is in progress: parser, request, buffers. An idle
// connection gives it back, so that thousands of idle ones cost next to nothing, and its memory is used
// again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/request_parser.hpp"
#include "majuscule/request.hpp"

namespace majuscule {

struct Exchange {
  Request request;
  RequestParser parser{request};
  std::string held;  ///< received behind the request that is being answered
  std::size_t held_begin = 0;
  std::string output;  ///< heads and small bodies
  std::size_t output_begin = 0;
  std::string body;  ///< a large body, behind the output
  std::size_t body_begin = 0;
  std::uint64_t bytes_in = 0;  ///< not yet in the ledger

  std::string_view held_bytes() const { return std::string_view(held).substr(held_begin); }
  bool output_empty() const { return output_begin == output.size() && body_begin == body.size(); }
  /// How many bytes all the buffers hold, used or not.
  std::size_t capacity() const;
};

/// Exchanges that are not in use. Owned by one loop or one thread; not thread-safe (see
/// event/shared_exchange_pool.hpp).
class ExchangePool {
 public:
  /// Keeps up to `capacity` of them, none whose buffers hold more than kLargestKept bytes.
  explicit ExchangePool(std::size_t capacity) { free_.reserve(capacity); }
  ExchangePool(const ExchangePool&) = delete;
  ExchangePool& operator=(const ExchangePool&) = delete;
  virtual ~ExchangePool() = default;

  /// One with empty buffers; its parser has yet to begin().
  virtual std::unique_ptr<Exchange> take();
  virtual void give_back(std::unique_ptr<Exchange> exchange) noexcept;

 private:
  static constexpr std::size_t kLargestKept = 32 * 1024;
  std::vector<std::unique_ptr<Exchange>> free_;
};

}  // namespace majuscule
