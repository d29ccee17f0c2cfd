// SPDX-License-Identifier: MIT
// Serves each client on the loop's thread in one straight line, from the bytes received to the replies sent,
// until it must wait for the client, its socket or its task.
#pragma once

#include "event/serving.hpp"

namespace majuscule {

class LoopServing final : public Serving {
 public:
  void resume(ReadinessDriver& driver, Session& session, Wake why) override;
};

}  // namespace majuscule
