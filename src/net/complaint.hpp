// SPDX-License-Identifier: MIT
// What a server under fire would say again and again: one line a second is enough for a log. Not thread-safe.
#pragma once

#include "majuscule/instant.hpp"

namespace majuscule {

class Complaint {
 public:
  /// True when it is to be made now; then not again for a second.
  bool due(Time now) {
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(1);
    return true;
  }

 private:
  Time next_{};
};

}  // namespace majuscule
