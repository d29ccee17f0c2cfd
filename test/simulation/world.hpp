// SPDX-License-Identifier: MIT
// A server and its clients in virtual time, driven by a seed, with either driver. The derived class has the
// driver's loop: ReadinessWorld or BlockingWorld.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/server.hpp"
#include "simulation/client.hpp"

namespace majuscule::simulation {

/// The parameters of a simulation besides its seed.
struct Setting {
  Duration span = std::chrono::minutes(10);  ///< of virtual time, until the stop signal
  std::size_t most_clients = 70;             ///< at once
  bool faults = true;                        ///< random failures of system calls and descriptors
  /// Called at each turn, for scripted events. May change the kernel, and connect clients.
  std::function<void(class World&)> script = {};
};

/// The result of a run.
struct Outcome {
  std::string fault;  ///< empty: none
  Duration lived{};   ///< in virtual time
  std::uint64_t requests = 0;
  std::uint64_t clients = 0;
};

class World {
 public:
  World(std::uint64_t seed, const Setting& setting, std::string_view mode);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Kernel& kernel() { return kernel_; }
  Server& server() { return *server_; }
  Rules& rules() { return rules_; }
  Totals& totals() { return totals_; }
  const Options& options() const { return options_; }
  bool has_fault() const { return !outcome_.fault.empty(); }
  void fail(const std::string& what);

  /// Connects a client of this kind now; it first acts after `later`.
  void connect(Kind kind, Duration later);
  /// Returns how long the server has lived.
  Duration age() const { return kernel_.now() - begin_; }
  /// Returns when the next event happens that the server does not know of.
  Time next() const;
  /// Does what is due, including the stop signal.
  void act();
  /// The driver drains from now on.
  void begin_drain();
  /// To be called after a turn of the server, which woke at `woke`: checks all promises.
  void check(Time woke);
  /// The driver has drained and is gone: the clients read what was sent, and the accounts are compared.
  /// Returns the result.
  Outcome end();
  /// Returns the result so far.
  Outcome outcome() const;

 private:
  void arrive();
  void vary_descriptors();
  void check_backlogs(Time woke);
  void check_memory();
  void check_accounts();
  void forget_finished();
  int listener_for(Kind kind);

  Kernel kernel_;
  const Setting setting_;
  const Options options_;
  Rules rules_{options_};
  Totals totals_;
  std::optional<ServerContext> context_;
  std::optional<Server> server_;
  std::vector<int> listeners_;
  const Time begin_;
  Outcome outcome_;
  std::map<std::pair<Time, std::uint64_t>, Client*> agenda_;
  std::vector<std::unique_ptr<Client>> clients_;
  Time next_arrival_;
  Time next_shortage_;
  bool drained_ = false;
  std::ptrdiff_t heap_before_ = 0;
  std::size_t most_serving_ = 0;
};

}  // namespace majuscule::simulation
