// SPDX-License-Identifier: MIT
// Short runs with scripted events that chance would rarely produce.
#include <cerrno>

#include <gtest/gtest.h>

#include "simulation/drivers.hpp"

namespace majuscule::simulation {
namespace {

using namespace std::chrono_literals;

using Parameter = std::tuple<Driver, std::uint64_t>;

class ScriptedServer : public testing::TestWithParam<Parameter> {
 protected:
  using Script = std::function<void(World& world)>;

  /// Runs without random failures; the stop signal comes after `span`.
  Outcome live(Duration span, Script script) {
    const auto& [driver, seed] = GetParam();
    return driver.live(seed, {.span = span, .faults = false, .script = std::move(script)});
  }
  /// Calls `action` once, at that age of the server.
  static Script at(Duration age, Script action) {
    return [age, action, done = false](World& world) mutable {
      if (world.age() >= age && !std::exchange(done, true)) action(world);
    };
  }
  static Script all(std::vector<Script> scripts) {
    return [scripts](World& world) mutable {
      for (auto& script : scripts) script(world);
    };
  }
};

TEST_P(ScriptedServer, GivesAClientAcceptedLateInADrainItsTime) {
  const Outcome outcome = live(1s, all({
                                       at(900ms,
                                          [](World& world) {
                                            world.kernel().descriptor_limit = 0;
                                            world.connect(Kind::kPolite, 4500ms);
                                            world.connect(Kind::kSilent, 1h);
                                          }),
                                       at(5s, [](World& world) { world.kernel().descriptor_limit = 100; }),
                                   }));
  EXPECT_EQ(outcome.fault, "");
  EXPECT_GE(outcome.requests, 1U) << "the client sent its request 0.4 s after the accept";
  EXPECT_GE(outcome.lived, 6s) << "the silent client has a second";
}

TEST_P(ScriptedServer, AcceptsTheBacklogAsDescriptorsBecomeFree) {
  constexpr unsigned kClients = 12;
  const Outcome outcome = live(5min, at(100ms, [](World& world) {
                                 world.kernel().descriptor_limit = 3;
                                 for (unsigned i = 0; i < kClients; ++i) world.connect(Kind::kClosing, 10ms);
                               }));
  EXPECT_EQ(outcome.fault, "");
  EXPECT_GE(outcome.requests, kClients);
}

TEST_P(ScriptedServer, ServesAndDrainsWhileAcceptAlwaysFails) {
  std::uint64_t accepts = 0;
  const Outcome outcome =
      live(1min, all({
                     at(100ms, [](World& world) { world.connect(Kind::kPipelining, 1ms); }),
                     at(1s,
                        [&](World& world) {
                          world.kernel().accept_failure = EINVAL;
                          world.connect(Kind::kPolite, 1ms);
                          accepts = world.kernel().accepts();
                        }),
                     at(59s, [&](World& world) { accepts = world.kernel().accepts() - accepts; }),
                 }));
  EXPECT_EQ(outcome.fault, "");
  EXPECT_GE(outcome.requests, 10U);
  EXPECT_LE(accepts, 58U * 2U * 51U) << "it tries each of two listeners more than every 20 ms";
}

TEST_P(ScriptedServer, AnswersRequestsSentBeforeTheAccept) {
  constexpr Kind kKindsThatAsk[] = {Kind::kHalfClosing, Kind::kClosing, Kind::kResetting, Kind::kRaw,
                                    Kind::kPolite};
  std::vector<Script> scripts;
  for (unsigned i = 0; i < 50; ++i) {
    scripts.push_back(at(i * 100ms, [=](World& world) { world.connect(kKindsThatAsk[i % 5], 0ms); }));
  }
  const Outcome outcome = live(10s, all(scripts));
  EXPECT_EQ(outcome.fault, "");
  EXPECT_GE(outcome.requests, 10U);
}

TEST_P(ScriptedServer, ServesOrRefusesAllThatConnectAtTheStopSignal) {
  const Outcome outcome = live(1s, at(999ms, [](World& world) {
                                 for (unsigned i = 0; i < 60; ++i) world.connect(Kind::kPolite, i * 1ms);
                               }));
  EXPECT_EQ(outcome.fault, "");
  EXPECT_GE(outcome.requests, 20U);
}

std::vector<Parameter> parameters() {
  std::vector<Parameter> all;
  for (const Driver& driver : drivers()) {
    for (const std::uint64_t seed : {1U, 2U, 4U}) all.emplace_back(driver, seed);  // 3: one client at a time
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(, ScriptedServer, testing::ValuesIn(parameters()), [](const auto& test) {
  return std::string(std::get<Driver>(test.param).name) + "_" + std::to_string(std::get<1>(test.param));
});

}  // namespace
}  // namespace majuscule::simulation
