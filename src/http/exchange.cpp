// SPDX-License-Identifier: MIT
#include "http/exchange.hpp"

#include <cassert>

namespace majuscule {
std::size_t Exchange::capacity() const {
  return request.target.capacity() + request.headers.capacity() + request.body.capacity() + held.capacity() +
         output.capacity() + body.capacity();
}

std::unique_ptr<Exchange> ExchangePool::take() {
  if (free_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(free_.back());
  free_.pop_back();
  assert(exchange->output_empty() && exchange->held_bytes().empty());
  return exchange;
}

void ExchangePool::give_back(std::unique_ptr<Exchange> exchange) noexcept {
  assert(exchange != nullptr);
  if (free_.size() == free_.capacity() || exchange->capacity() > kLargestKept) return;
  exchange->request.clear();  // nothing of one client is left for the next
  for (std::string* buffer : {&exchange->held, &exchange->output, &exchange->body}) buffer->clear();
  exchange->held_begin = exchange->output_begin = exchange->body_begin = 0;
  exchange->bytes_in = 0;
  free_.push_back(std::move(exchange));
}

}  // namespace majuscule
