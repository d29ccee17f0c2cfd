// SPDX-License-Identifier: MIT
// Tells the readiness driver of sockets as a kernel might: late, in any order, and at times falsely.
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

  /// When the driver's timer is due.
  Time due() const { return due_; }
  Time take_due() { return std::exchange(due_, kNever); }
  bool accepting() const { return accepting_; }
  /// Whether any session is ready.
  bool has_ready() const;
  /// The descriptors of which the driver is told in this turn.
  std::vector<int> ready();
  /// Null: it is gone.
  Session* find(int fd) const;
  Interest interest(int fd) const;

 private:
  bool is_ready(int fd, Interest interest) const;

  World& world_;
  Kernel& kernel_;
  const bool reads_first_;
  const unsigned refused_;  // chance that a client cannot be watched
  std::map<int, std::unique_ptr<Session>> sessions_;
  std::map<int, Interest> interests_;
  bool accepting_ = true;
  Time due_ = kNever;
};

}  // namespace majuscule::simulation
