// SPDX-License-Identifier: MIT
#include "event/uring/receive_buffers.hpp"

#include <sys/mman.h>

#include <cassert>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace majuscule {
namespace {

constexpr std::size_t kRingSize = 16 * 1024;  // the ring of addresses, in whole pages

}  // namespace

void ReceiveBuffers::Unmap::operator()(void* memory) const { ::munmap(memory, kRingSize + kCount * kSize); }

ReceiveBuffers::ReceiveBuffers(Uring& ring) : ring_(ring) {
  static_assert(kCount * sizeof(io_uring_buf) <= kRingSize);
  void* const memory =
      ::mmap(nullptr, kRingSize + kCount * kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory for the receive buffers");
  memory_.reset(memory);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
  registration.ring_entries = kCount;
  registration.bgid = kGroup;
  const int error = -::io_uring_register_buf_ring(ring.get(), &registration, 0);
  if (error != 0) {
    throw std::runtime_error("io_uring has no ring of buffers: " + std::system_category().message(error));
  }
  for (std::uint16_t id = 0; id < kCount; ++id) provide(id);
}

ReceiveBuffers::~ReceiveBuffers() { ::io_uring_unregister_buf_ring(ring_.get(), kGroup); }

void ReceiveBuffers::append(Chain& chain, const io_uring_cqe& completion) {
  const auto id = static_cast<std::uint16_t>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
  assert((completion.flags & IORING_CQE_F_BUFFER) != 0 && id < kCount);
  assert(completion.res > 0 && static_cast<std::size_t>(completion.res) <= kSize);
  buffers_[id] = {Chain::kNone, static_cast<std::uint16_t>(completion.res)};
  (chain.empty() ? chain.first_ : buffers_[chain.last_].next) = id;
  chain.last_ = id;
}

std::size_t ReceiveBuffers::size(const Chain& chain) const {
  std::size_t size = 0;
  for (auto id = chain.first_; id != Chain::kNone; id = buffers_[id].next) size += buffers_[id].size;
  return size;
}

std::size_t ReceiveBuffers::take(Chain& chain, char* to, std::size_t size) {
  std::size_t taken = 0;
  while (!chain.empty() && taken + buffers_[chain.first_].size <= size) {
    std::memcpy(to + taken, memory_of(chain.first_), buffers_[chain.first_].size);
    taken += buffers_[chain.first_].size;
    give_first_back(chain);
  }
  assert(taken > 0 || chain.empty());
  return taken;
}

void ReceiveBuffers::discard(Chain& chain) {
  while (!chain.empty()) give_first_back(chain);
}

void ReceiveBuffers::give_first_back(Chain& chain) {
  assert(!chain.empty());
  const auto id = chain.first_;
  chain.first_ = buffers_[id].next;
  provide(id);
}

void ReceiveBuffers::provide(std::uint16_t id) {
  auto* const addresses = static_cast<io_uring_buf_ring*>(memory_.get());
  ::io_uring_buf_ring_add(addresses, memory_of(id), kSize, id, ::io_uring_buf_ring_mask(kCount), 0);
  ::io_uring_buf_ring_advance(addresses, 1);
}

char* ReceiveBuffers::memory_of(std::uint16_t id) const {
  return static_cast<char*>(memory_.get()) + kRingSize + id * kSize;
}

}  // namespace majuscule
