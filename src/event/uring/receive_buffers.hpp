// SPDX-License-Identifier: MIT
// The memory that the kernel receives into, for all clients together (a ring of provided buffers): it picks
// one when bytes have come, so that a client who sends nothing costs none. Taking the bytes gives the buffers
// back.
#pragma once

#include <array>
#include <memory>

#include "event/uring/uring.hpp"

namespace majuscule {

class ReceiveBuffers {
 public:
  static constexpr std::uint16_t kGroup = 0;
  /// Not a power of two: then the first lines of all of them would share a few places of the caches.
  static constexpr std::size_t kSize = 4 * 1024 + 128;

  /// What arrived for one client, in order.
  class Chain {
   public:
    bool empty() const { return first_ == kNone; }

   private:
    friend class ReceiveBuffers;
    static constexpr std::uint16_t kNone = 0xffff;
    std::uint16_t first_ = kNone;
    std::uint16_t last_ = kNone;
  };

  /// Throws std::runtime_error when the ring cannot have them.
  explicit ReceiveBuffers(Uring& ring);
  ~ReceiveBuffers();
  ReceiveBuffers(const ReceiveBuffers&) = delete;
  ReceiveBuffers& operator=(const ReceiveBuffers&) = delete;

  /// Puts what this completion brought behind the rest.
  void append(Chain& chain, const io_uring_cqe& completion);
  /// How many bytes there are.
  std::size_t size(const Chain& chain) const;
  /// Moves the oldest bytes to `to`, as many whole buffers as fit into `size`: at least one, unless there is
  /// none. Returns how many bytes.
  std::size_t take(Chain& chain, char* to, std::size_t size);
  void discard(Chain& chain);

 private:
  static constexpr unsigned kCount = 128;

  struct Buffer {
    std::uint16_t next = Chain::kNone;
    std::uint16_t size = 0;
  };
  struct Unmap {
    void operator()(void* memory) const;
  };

  void give_first_back(Chain& chain);
  void provide(std::uint16_t id);
  char* memory_of(std::uint16_t id) const;

  Uring& ring_;
  std::unique_ptr<void, Unmap> memory_;  // the ring of their addresses, then the buffers
  std::array<Buffer, kCount> buffers_{};
};

}  // namespace majuscule
