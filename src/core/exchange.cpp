// SPDX-License-Identifier: MIT
#include "core/exchange.hpp"

namespace majuscule {
namespace {

void clear_and_trim(std::string& buffer, std::size_t largest) {
  buffer.clear();
  if (buffer.capacity() > largest) buffer.shrink_to_fit();
}

}  // namespace

std::unique_ptr<Exchange> ExchangePool::take() {
  if (free_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(free_.back());
  free_.pop_back();
  return exchange;
}

void ExchangePool::give_back(std::unique_ptr<Exchange> exchange) {
  if (free_.size() >= capacity_) return;
  exchange->request.clear();  // nothing of one client is left for the next
  for (std::string* buffer : {&exchange->request.body, &exchange->held, &exchange->output, &exchange->body}) {
    clear_and_trim(*buffer, kLargestKept);
  }
  exchange->held_begin = exchange->output_begin = exchange->body_begin = 0;
  exchange->bytes_in = 0;
  free_.push_back(std::move(exchange));
}

}  // namespace majuscule
