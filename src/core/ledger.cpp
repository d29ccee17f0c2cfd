// SPDX-License-Identifier: MIT
#include "majuscule/ledger.hpp"

namespace majuscule {

void Counters::add(const Tally& tally) {
  requests += tally.requests;
  accepted += tally.accepted;
  closed += tally.closed;
  refused += tally.refused;
  timed_out += tally.timed_out;
  bytes_in += tally.bytes_in;
  bytes_out += tally.bytes_out;
  if (tally.status != 0) ++responses[status_index(tally.status)];
}

}  // namespace majuscule
