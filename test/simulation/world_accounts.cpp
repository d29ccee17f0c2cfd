// SPDX-License-Identifier: MIT
// At the end: the server's counters match what it did, and everything was given back.
#include "simulation/world.hpp"

namespace majuscule::simulation {

void World::check_accounts() {
  const auto compare = [this](std::string_view what, std::uint64_t counted, std::uint64_t least,
                              std::uint64_t most) {
    if (counted >= least && counted <= most) return;
    fail("counts " + std::to_string(counted) + " " + std::string(what) + ", there were " +
         std::to_string(least) + (most > least ? " to " + std::to_string(most) : ""));
  };
  const auto equal = [&](std::string_view what, std::uint64_t counted, std::uint64_t there_were) {
    compare(what, counted, there_were, there_were);
  };
  const CounterValues counters = server_->counters().read();
  equal("accepted clients", counters.accepted, totals_.accepted - totals_.refused);
  equal("closed clients", counters.closed, counters.accepted);
  equal("refused clients", counters.refused, totals_.refused);
  equal("requests", counters.requests, totals_.requests);
  compare("timeouts", counters.timed_out, totals_.timed_out, totals_.timed_out + totals_.maybe_timed_out);
  equal("bytes out", counters.bytes_out, totals_.bytes_of_answers);
  compare("bytes in", counters.bytes_in, totals_.bytes_of_requests, totals_.bytes_received);
  for (std::size_t i = 0; i < totals_.responses.size(); ++i) {
    const std::string status = i < kStatuses.size() ? std::to_string(kStatuses[i]) : "other";
    equal("answers with status " + status, counters.responses[i], totals_.responses[i]);
  }
  if (kernel_.open() != 0) fail("leaves " + std::to_string(kernel_.open()) + " descriptors open");
  if (!clients_.empty()) fail("leaves " + std::to_string(clients_.size()) + " clients without an end");
  std::vector<ConnectionPermit> permits;
  while (permits.size() < *options_.max_connections) {
    permits.push_back(server_->take_permit());
    if (permits.back()) continue;
    fail("did not give back " + std::to_string(*options_.max_connections + 1 - permits.size()) + " permits");
    break;
  }
}

}  // namespace majuscule::simulation
