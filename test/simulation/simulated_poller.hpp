// SPDX-License-Identifier: MIT
// Reports sockets to the readiness driver as a kernel might: late, in any order, and sometimes falsely.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "event/readiness_driver.hpp"
#include "simulation/world.hpp"

namespace majuscule::simulation {

class SimulatedPoller final : public Poller {
 public:
  explicit SimulatedPoller(World& world);

  Session* add(UniqueFd& client) override;
  bool set_interest(Session& session, Interest interest) override;
  void remove(Session& session) override;
  void set_accepting(bool accepting) override { accepting_ = accepting; }
  void set_timer(Time due) override { due_ = due; }
  bool reads_first() const override { return reads_first_; }

  /// Returns when the driver's timer is due.
  Time due() const { return due_; }
  Time take_due() { return std::exchange(due_, kNever); }
  bool accepting() const { return accepting_; }
  /// Returns whether any session is ready.
  bool has_ready() const;
  /// Returns the descriptors to report in this turn.
  std::vector<int> ready();
  /// Returns null when it is gone.
  Session* find(int fd) const;
  Interest interest(int fd) const;

 private:
  bool is_ready(int fd, Interest interest) const;

  World& world_;
  Kernel& kernel_;
  const bool reads_first_;
  const unsigned refused_;  // probability that a client cannot be watched
  std::map<int, std::unique_ptr<Session>> sessions_;
  std::map<int, Interest> interests_;
  bool accepting_ = true;
  Time due_ = kNever;
};

}  // namespace majuscule::simulation
