// SPDX-License-Identifier: MIT
#include "blocking/client_registry.hpp"

#include <sys/socket.h>

#include <cassert>

#include "base/system_calls.hpp"

namespace majuscule {

void ClientRegistry::count_in() {
  const MutexLock lock(mutex_);
  ++count_;
}

void ClientRegistry::count_out() {
  const MutexLock lock(mutex_);
  assert(count_ > 0);
  if (--count_ == 0 && tells_when_empty_) emptied_.raise();
}

std::size_t ClientRegistry::count() const {
  const MutexLock lock(mutex_);
  return count_;
}

void ClientRegistry::tell_when_empty() {
  const MutexLock lock(mutex_);
  tells_when_empty_ = true;
}

void ClientRegistry::enter(Entry& entry) {
  const MutexLock lock(mutex_);
  entries_.push_back(entry);
  if (how_late_ones_) shut_down(entry, *how_late_ones_);
}

void ClientRegistry::leave(Entry& entry) {
  const MutexLock lock(mutex_);
  entries_.remove(entry);
}

void ClientRegistry::shut_down_idle(bool also_fresh, bool late_ones) {
  idle_shut_down_ = true;
  const MutexLock lock(mutex_);
  if (late_ones && !how_late_ones_) how_late_ones_ = SHUT_RD;
  entries_.for_each([also_fresh](Entry& entry) {
    const State state = entry.state;
    if (state == State::kIdle || (also_fresh && state == State::kFresh)) shut_down(entry, SHUT_RD);
  });
}

void ClientRegistry::shut_down_all() {
  const MutexLock lock(mutex_);
  how_late_ones_ = SHUT_RDWR;
  entries_.for_each([](Entry& entry) { shut_down(entry, SHUT_RDWR); });
}

void ClientRegistry::shut_down(Entry& entry, int how) {
  entry.shut_down = true;
  sys::shutdown(entry.fd, how);
}

}  // namespace majuscule
