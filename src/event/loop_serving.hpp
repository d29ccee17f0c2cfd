// SPDX-License-Identifier: MIT
// Serves each client on the loop's own thread: straight through, from the bytes that have arrived to the
// replies that leave, until the client, its socket or its task must be waited for.
#pragma once

#include "event/serving.hpp"

namespace majuscule {

class LoopServing final : public Serving {
 public:
  void resume(ReadinessDriver& driver, Session& session, Wake why) override;
};

}  // namespace majuscule
