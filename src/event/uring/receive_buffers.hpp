// SPDX-License-Identifier: MIT
// The memory that the kernel receives into, shared by all clients (a ring of provided buffers). The kernel
// picks a buffer when bytes have arrived, so an idle client costs none. take() gives the buffers back.
#pragma once

#include <array>
#include <memory>

#include "event/uring/uring.hpp"

namespace majuscule {

class ReceiveBuffers {
 public:
  static constexpr std::uint16_t kGroup = 0;
  /// Not a power of two: the buffers' first lines would then compete for a few cache sets.
  static constexpr std::size_t kSize = 4 * 1024 + 128;

  /// The bytes received from one client, in order.
  class Chain {
   public:
    bool empty() const { return first_ == kNone; }

   private:
    friend class ReceiveBuffers;
    static constexpr std::uint16_t kNone = 0xffff;
    std::uint16_t first_ = kNone;
    std::uint16_t last_ = kNone;
  };

  /// Throws std::runtime_error when the ring does not support them.
  explicit ReceiveBuffers(Uring& ring);
  ~ReceiveBuffers();
  ReceiveBuffers(const ReceiveBuffers&) = delete;
  ReceiveBuffers& operator=(const ReceiveBuffers&) = delete;

  /// Appends the bytes of this completion.
  void append(Chain& chain, const io_uring_cqe& completion);
  /// Returns how many bytes the chain has.
  std::size_t size(const Chain& chain) const;
  /// Moves the oldest bytes to `to`: as many whole buffers as fit into `size`, at least one if there is any.
  /// Returns how many bytes.
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
  std::unique_ptr<void, Unmap> memory_;  // the ring of addresses, then the buffers
  std::array<Buffer, kCount> buffers_{};
};

}  // namespace majuscule
