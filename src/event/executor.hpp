// SPDX-License-Identifier: MIT
// Serves clients in stages, on threads other than the driver's: which stage is done where is the model. The
// stages are StageWorker's.
#pragma once

#include "event/serving.hpp"

namespace majuscule {

class Executor : public Serving {
 public:
  void resume(ReadinessDriver& driver, Session& session, Wake why) final;
  bool on_other_threads() const final { return true; }

 protected:
  /// Takes a session that is busy(): its stages are to be done, then it is to be given back to the driver.
  virtual void take(Session& session) = 0;
};

}  // namespace majuscule
