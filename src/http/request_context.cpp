// SPDX-License-Identifier: MIT
#include "http/request_context.hpp"

#include <cassert>

namespace majuscule {
std::size_t RequestContext::capacity() const {
  return request.target.capacity() + request.headers.capacity() + request.body.capacity() + held.capacity() +
         output.capacity() + body.capacity();
}

std::unique_ptr<RequestContext> RequestContextPool::take() {
  if (free_.empty()) return std::make_unique<RequestContext>();
  auto request_context = std::move(free_.back());
  free_.pop_back();
  assert(request_context->output_empty() && request_context->held_bytes().empty());
  return request_context;
}

void RequestContextPool::give_back(std::unique_ptr<RequestContext> request_context) noexcept {
  assert(request_context != nullptr);
  if (free_.size() == free_.capacity() || request_context->capacity() > kLargestKept) return;
  request_context->request.clear();  // no data of one client is left for the next
  for (std::string* buffer : {&request_context->held, &request_context->output, &request_context->body})
    buffer->clear();
  request_context->held_begin = request_context->output_begin = request_context->body_begin = 0;
  request_context->bytes_in = 0;
  free_.push_back(std::move(request_context));
}

}  // namespace majuscule
