// SPDX-License-Identifier: MIT
// A bounded FIFO, LIFO or priority queue between threads: one mutex, two condition variables.
//
// pop() blocks while the queue is empty and open. push() blocks while it is full; try_push() does not. The
// constructor allocates all memory.
#pragma once

#include <array>
#include <cassert>
#include <condition_variable>
#include <optional>
#include <vector>

#include "base/mutex.hpp"
#include "majuscule/options.hpp"

namespace majuscule {

/// Thread-safe. T is default-constructible and movable; neither throws.
template <typename T>
class BoundedQueue {
 public:
  /// Urgencies from 0, the most urgent one (RFC 9218, 4.1).
  static constexpr unsigned kUrgencies = 8;
  static constexpr unsigned kDefaultUrgency = 3;

  /// `capacity` in items, of all urgencies together.
  BoundedQueue(QueueOrder order, std::size_t capacity) : order_(order), capacity_(capacity) {
    assert(capacity > 0);
    const unsigned used = order == QueueOrder::kPriority ? kUrgencies : 1;
    for (unsigned i = 0; i < used; ++i) rings_[i].slots.resize(capacity);
  }
  BoundedQueue(const BoundedQueue&) = delete;
  BoundedQueue& operator=(const BoundedQueue&) = delete;

  /// Returns false and leaves the item untouched when the queue is full or closed. `urgency` is below
  /// kUrgencies; only the order kPriority uses it.
  bool try_push(T&& item, unsigned urgency = kDefaultUrgency) MAJUSCULE_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      if (closed_ || size_ == capacity_) return false;
      put(std::move(item), urgency);
    }
    filled_.notify_one();
    return true;
  }

  /// Blocks while the queue is full. Returns false when it is closed.
  bool push(T item, unsigned urgency = kDefaultUrgency) MAJUSCULE_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      while (size_ == capacity_ && !closed_) emptied_.wait(mutex_);
      if (closed_) return false;
      put(std::move(item), urgency);
    }
    filled_.notify_one();
    return true;
  }

  /// Blocks until there is an item. Returns nothing once the queue is closed and empty.
  std::optional<T> pop() MAJUSCULE_EXCLUDES(mutex_) {
    std::optional<T> item;
    {
      const MutexLock lock(mutex_);
      while (size_ == 0 && !closed_) filled_.wait(mutex_);
      item = take();
    }
    emptied_.notify_one();
    return item;
  }

  /// Returns nothing when the queue is empty. Does not block.
  std::optional<T> try_pop() MAJUSCULE_EXCLUDES(mutex_) {
    std::optional<T> item;
    {
      const MutexLock lock(mutex_);
      item = take();
    }
    emptied_.notify_one();
    return item;
  }

  /// Refuses all further items. Blocked calls of pop() return nothing once the queue is empty.
  void close() MAJUSCULE_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
    emptied_.notify_all();
  }

  std::size_t size() const MAJUSCULE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return size_;
  }

 private:
  struct Ring {
    std::vector<T> slots;
    std::size_t begin = 0;
    std::size_t count = 0;

    void push(T&& item) {
      assert(count < slots.size());
      slots[(begin + count++) % slots.size()] = std::move(item);
    }
    T take_newest() {
      assert(count > 0);
      return std::move(slots[(begin + --count) % slots.size()]);
    }
    T take_oldest() {
      assert(count > 0);
      T& item = slots[begin];
      begin = (begin + 1) % slots.size();
      --count;
      return std::move(item);
    }
  };

  void put(T&& item, unsigned urgency) MAJUSCULE_REQUIRES(mutex_) {
    assert(!closed_ && size_ < capacity_);
    assert(urgency < kUrgencies);
    rings_[order_ == QueueOrder::kPriority ? urgency : 0].push(std::move(item));
    ++size_;
  }
  std::optional<T> take() MAJUSCULE_REQUIRES(mutex_) {
    if (size_ == 0) return std::nullopt;
    --size_;
    Ring* ring = rings_.data();
    while (ring->count == 0) ++ring;
    assert(ring < rings_.data() + rings_.size());
    return order_ == QueueOrder::kLifo ? ring->take_newest() : ring->take_oldest();
  }

  const QueueOrder order_;
  const std::size_t capacity_;
  mutable Mutex mutex_;
  std::condition_variable_any filled_;
  std::condition_variable_any emptied_;
  std::array<Ring, kUrgencies> rings_ MAJUSCULE_GUARDED_BY(mutex_);  // only the first, unless kPriority
  std::size_t size_ MAJUSCULE_GUARDED_BY(mutex_) = 0;                // of all rings
  bool closed_ MAJUSCULE_GUARDED_BY(mutex_) = false;
};

}  // namespace majuscule
