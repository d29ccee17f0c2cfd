// SPDX-License-Identifier: MIT
#include "measure/recorder.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace majuscule {

std::string_view to_string(Failure failure) {
  constexpr std::string_view kNames[kFailures] = {"connect", "read", "write", "timeout", "status", "body"};
  return kNames[static_cast<std::size_t>(failure)];
}

void Recorder::answered(const Flight& flight, Time first_byte_at, Time whole_at) {
  if (!flight.measured) {
    ++warmup_requests;
    return;
  }
  ++requests;
  service.record(whole_at - flight.sent);
  response.record(whole_at - flight.intended);
  first_byte.record(first_byte_at - flight.sent);
  last_answer = std::max(last_answer, whole_at);
  if (whole_at > planned_end) behind.record(whole_at - planned_end);
  last_sent = std::max(last_sent, flight.sent);
}

void Recorder::failed(Failure failure, std::string_view reason, std::uint64_t count) {
  const auto i = static_cast<std::size_t>(failure);
  assert(i < kFailures && count > 0);
  if (failures[i] == 0) first_reason[i] = reason;
  failures[i] += count;
}

Time Recorder::served_at() const {
  Time served = std::max(planned_end, last_sent);
  const std::uint64_t allowed = requests / 100;
  if (behind.count() > allowed) {
    const double kept = static_cast<double>(behind.count() - allowed) / static_cast<double>(behind.count());
    served = std::max(served, planned_end + behind.at_percentile(100 * kept) - response.at_percentile(50));
  }
  return served;
}

std::uint64_t Recorder::total_failures() const {
  return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
}

}  // namespace majuscule
