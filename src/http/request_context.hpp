// SPDX-License-Identifier: MIT
// What a connection needs only during a request: parser, request, buffers. An idle connection gives it back
// to a pool, so that thousands of idle connections need little memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/request_parser.hpp"
#include "majuscule/request.hpp"

namespace majuscule {

struct RequestContext {
  Request request;
  RequestParser parser{request};
  std::string held;  ///< received after the request that is being answered
  std::size_t held_begin = 0;
  std::string output;  ///< heads and small bodies
  std::size_t output_begin = 0;
  std::string body;  ///< a large body, sent after the output
  std::size_t body_begin = 0;
  std::uint64_t bytes_in = 0;  ///< not yet in the counters

  std::string_view held_bytes() const { return std::string_view(held).substr(held_begin); }
  bool output_empty() const { return output_begin == output.size() && body_begin == body.size(); }
  /// Returns the capacity of all buffers in bytes.
  std::size_t capacity() const;
};

/// Request contexts that are not in use. Owned by one loop or one thread; not thread-safe (see
/// event/shared_request_context_pool.hpp).
class RequestContextPool {
 public:
  /// Keeps up to `capacity` contexts, and none with more than kLargestKept bytes of buffers.
  explicit RequestContextPool(std::size_t capacity) { free_.reserve(capacity); }
  RequestContextPool(const RequestContextPool&) = delete;
  RequestContextPool& operator=(const RequestContextPool&) = delete;
  virtual ~RequestContextPool() = default;

  /// Returns a context with empty buffers, whose parser needs begin().
  virtual std::unique_ptr<RequestContext> take();
  virtual void give_back(std::unique_ptr<RequestContext> request_context) noexcept;

 private:
  static constexpr std::size_t kLargestKept = 32 * 1024;
  std::vector<std::unique_ptr<RequestContext>> free_;
};

}  // namespace majuscule
