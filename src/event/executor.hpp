// SPDX-License-Identifier: MIT
// Serves clients in stages, on threads other than the driver's. The model decides which thread does which
// stage. StageWorker does the stages.
#pragma once

#include "event/serving.hpp"

namespace majuscule {

class Executor : public Serving {
 public:
  void resume(ReadinessDriver& driver, Session& session, Wake why) final;
  bool on_other_threads() const final { return true; }

 protected:
  /// Takes a session that is busy(): does its stages, then gives it back to the driver.
  virtual void take(Session& session) = 0;
};

}  // namespace majuscule
