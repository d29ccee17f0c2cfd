// SPDX-License-Identifier: MIT
#include "measure/record.hpp"

#include <numeric>

namespace majuscule {

std::string_view to_string(Failure failure) {
  constexpr std::string_view kNames[kFailures] = {"connect", "read", "write", "timeout", "status", "body"};
  return kNames[static_cast<std::size_t>(failure)];
}

void Record::answered(const Flight& flight, Time first_byte_at, Time whole_at) {
  if (!flight.measured) {
    ++warmup_requests;
    return;
  }
  ++requests;
  service.record(whole_at - flight.sent);
  response.record(whole_at - flight.intended);
  first_byte.record(first_byte_at - flight.sent);
  last_answer = whole_at;
}

void Record::failed(Failure failure, std::string_view reason, std::uint64_t count) {
  const auto i = static_cast<std::size_t>(failure);
  if (failures[i] == 0) first_reason[i] = reason;
  failures[i] += count;
}

std::uint64_t Record::total_failures() const {
  return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
}

}  // namespace majuscule
