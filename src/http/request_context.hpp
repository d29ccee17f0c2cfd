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

struct RequestContext {
  Request request;
  RequestParser parser{request};
  std::string held;  ///< received behind the request that is being answered
  std::size_t held_begin = 0;
  std::string output;  ///< heads and small bodies
  std::size_t output_begin = 0;
  std::string body;  ///< a large body, behind the output
  std::size_t body_begin = 0;
  std::uint64_t bytes_in = 0;  ///< not yet in the counters

  std::string_view held_bytes() const { return std::string_view(held).substr(held_begin); }
  bool output_empty() const { return output_begin == output.size() && body_begin == body.size(); }
  /// How many bytes all the buffers hold, used or not.
  std::size_t capacity() const;
};

/// Exchanges that are not in use. Owned by one loop or one thread; not thread-safe (see
/// event/shared_request_context_pool.hpp).
class RequestContextPool {
 public:
  /// Keeps up to `capacity` of them, none whose buffers hold more than kLargestKept bytes.
  explicit RequestContextPool(std::size_t capacity) { free_.reserve(capacity); }
  RequestContextPool(const RequestContextPool&) = delete;
  RequestContextPool& operator=(const RequestContextPool&) = delete;
  virtual ~RequestContextPool() = default;

  /// One with empty buffers; its parser has yet to begin().
  virtual std::unique_ptr<RequestContext> take();
  virtual void give_back(std::unique_ptr<RequestContext> request_context) noexcept;

 private:
  static constexpr std::size_t kLargestKept = 32 * 1024;
  std::vector<std::unique_ptr<RequestContext>> free_;
};

}  // namespace majuscule
