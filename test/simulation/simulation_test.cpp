// SPDX-License-Identifier: MIT
// Many runs of each driver, each with another seed.
#include <gtest/gtest.h>

#include "simulation/drivers.hpp"

namespace majuscule::simulation {
namespace {

using namespace std::chrono_literals;

class SimulatedServer : public testing::TestWithParam<Driver> {};

TEST_P(SimulatedServer, KeepsItsPromisesWithTheKeptSeeds) {
  Lives lives;
  for (const std::uint64_t seed : GetParam().kept_seeds) lives.live(GetParam(), seed);
  EXPECT_EQ(lives.fault, "");
}

TEST_P(SimulatedServer, KeepsItsPromisesForHours) {
  Lives lives;
  for (std::uint64_t seed = 100; lives.fault.empty() && lives.lived < MAJUSCULE_SIMULATED_HOURS * 1h;
       ++seed) {
    lives.live(GetParam(), seed);
  }
  EXPECT_EQ(lives.fault, "");
  EXPECT_GT(lives.requests, 1000 * static_cast<std::uint64_t>(MAJUSCULE_SIMULATED_HOURS))
      << "the server was not busy";
  RecordProperty("requests", std::to_string(lives.requests));
}

TEST_P(SimulatedServer, RunsTheSameWithTheSameSeed) {
  Lives first, second;
  first.live(GetParam(), 42);
  second.live(GetParam(), 42);
  EXPECT_EQ(first.lived, second.lived);
  EXPECT_EQ(first.requests, second.requests);
  EXPECT_EQ(first.clients, second.clients);
}

INSTANTIATE_TEST_SUITE_P(, SimulatedServer, testing::ValuesIn(drivers().begin(), drivers().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace majuscule::simulation
