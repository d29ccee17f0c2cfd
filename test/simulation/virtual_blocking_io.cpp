// SPDX-License-Identifier: MIT
// The blocking calls of VirtualThreads.
#include <sys/socket.h>

#include <algorithm>

#include "simulation/virtual_threads.hpp"

namespace majuscule::simulation {
namespace {

// As early as SyscallIo asks its kernel to return.
Time early(Time now, Time until) {
  if (until == kNever) return kNever;
  return now + std::max<Duration>((until - now) - (until - now) / 8, std::chrono::microseconds(1));
}

/// Returns what remains after the first `count` bytes.
Output rest_of(const Output& output, std::size_t count) {
  Output rest = output;
  const std::size_t of_first = std::min(count, rest.pieces[0].size());
  rest.pieces[0].remove_prefix(of_first);
  rest.pieces[1].remove_prefix(count - of_first);
  return rest;
}

}  // namespace

Received VirtualThreads::receive(Socket& socket, char* buffer, std::size_t size, Time now, Time until) {
  if (!kernel_.find(socket.fd)->readable()) wait(Wanted::kRead, socket.fd, early(now, until));
  return receive_some(socket.fd, buffer, size, MSG_DONTWAIT);
}

// A blocking send(2) continues until everything is accepted; what stops it earlier leaves a part.
IoResult VirtualThreads::send(Socket& socket, const Output& output, Time now, Time until,
                              std::size_t& count) {
  const Time end = early(now, until);
  count = 0;
  for (;;) {
    std::size_t taken = 0;
    const IoResult result = send_some(socket.fd, rest_of(output, count), MSG_DONTWAIT, taken);
    if (result == IoResult::kGone) return count > 0 ? IoResult::kDone : result;
    count += taken;
    if (count == output.size()) return IoResult::kDone;
    wait(Wanted::kWrite, socket.fd, end);
    const bool interrupted = !kernel_.find(socket.fd)->writable();
    if (interrupted || kernel_.now() >= end) return count > 0 ? IoResult::kDone : IoResult::kLater;
  }
}

bool VirtualThreads::sleep(Time until) {
  if (!sleeps_aborted_ && until > kernel_.now()) wait(Wanted::kEndOfSleeps, -1, until);
  return !sleeps_aborted_;
}

void VirtualThreads::poll(std::span<pollfd> descriptors, Time until) {
  polled_ = descriptors;
  wait(Wanted::kPoll, -1, until);
  polled_ = {};
}

void VirtualThreads::abort_sleeps() { sleeps_aborted_ = true; }

}  // namespace majuscule::simulation
