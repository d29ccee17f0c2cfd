// SPDX-License-Identifier: MIT
// Computes the client's result: how long the run took, and what it used.
#include <algorithm>
#include <cmath>
#include <utility>

#include "load/client.hpp"

namespace majuscule {
namespace {

constexpr Duration kLeastForCpuShare = std::chrono::milliseconds(1);  // the kernel counts it in microseconds

}  // namespace

/// A schedule is offered until the request after its last one would be due, so that the rate covers the whole
/// time.
Time Client::offered_until() const {
  const bool whole = source_ && open_loop() && cut_short_.empty() && unsent_ == 0;
  return whole && !too_few_for_rate(config_) && source_->left() == 0 ? source_->until() : Time::min();
}

Duration Client::offered_for(Time end) const {
  const Time from = source_->measured_from();
  if (!cut_short_.empty() || too_few_for_rate(config_)) return std::max(Duration::zero(), end - from);
  return std::max(recorder_.served_at(), from) - from;
}

/// From the first send to the last answer, averaged over the connections. The wall clock would include time
/// in which some of them have ended or are still at a warm-up request.
Duration Client::busy_for() const {
  double total = 0;
  std::size_t connections = 0;
  for (const ClientConnection& connection : connections_) {
    if (connection.first_sent == kNever) continue;
    total += static_cast<double>((connection.last_answer - connection.first_sent).count());
    ++connections;
  }
  return Duration(connections == 0 ? 0 : std::llround(total / static_cast<double>(connections)));
}

Result Client::result(Time start, Time end, Duration cpu) {
  Result result;
  result.config = config_;
  result.took = open_loop() ? offered_for(end) : busy_for();
  result.unsent = unsent_;
  result.idle_lost = crowd_.lost();
  result.cut_short = cut_short_;
  result.addresses = address_.used();
  if (end - start >= kLeastForCpuShare) {
    result.client_cpu_share =
        std::max(0.0, std::chrono::duration<double>(cpu) / std::chrono::duration<double>(end - start));
  }
  result.recorder = std::move(recorder_);
  return result;
}

}  // namespace majuscule
