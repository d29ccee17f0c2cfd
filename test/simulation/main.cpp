// SPDX-License-Identifier: MIT
// Without options, runs the tests. With options, simulates for a given time: see usage(). Exit codes: 0 no
// fault, 1 a fault, 2 usage.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "simulation/drivers.hpp"

namespace majuscule::simulation {
namespace {

constexpr const char* kUsage =
    "usage: simulation [--driver=NAME] [--seed=S] [--seconds=N] [--hours=H]\n"
    "\n"
    "  --driver=NAME   readiness or blocking (all)\n"
    "  --seed=S        the first seed; without --seconds and --hours the only one (a random one)\n"
    "  --seconds=N     lives with one seed after the other for so long (10)\n"
    "  --hours=H       stops after so many virtual hours of each driver\n";

struct Arguments {
  std::optional<std::uint64_t> seed, seconds, hours;
  std::vector<Driver> drivers{simulation::drivers().begin(), simulation::drivers().end()};
};

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

/// Returns nothing when they are wrong.
std::optional<Arguments> parse(const std::vector<std::string_view>& words) {
  Arguments arguments;
  for (const std::string_view word : words) {
    const std::size_t equals = std::min(word.find('='), word.size() - 1);
    const std::string_view name = word.substr(0, equals + 1);
    const std::string_view value = word.substr(equals + 1);
    if (name == "--driver=") {
      const Driver* const driver = find_driver(value);
      if (driver == nullptr) return {};
      arguments.drivers = {*driver};
      continue;
    }
    const auto parsed = number(value);
    if (!parsed) return {};
    if (name == "--seed=") {
      arguments.seed = parsed;
    } else if (name == "--seconds=") {
      arguments.seconds = parsed;
    } else if (name == "--hours=") {
      arguments.hours = parsed;
    } else {
      return {};
    }
  }
  return arguments;
}

/// Simulates one driver. Returns false when there was a fault.
bool live(const Driver& driver, const Arguments& arguments, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto lasted = [begin] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  const std::uint64_t first = arguments.seed ? *arguments.seed : std::random_device{}();
  const bool once = arguments.seed && !arguments.seconds && !arguments.hours;
  const auto most = arguments.hours ? std::chrono::hours(*arguments.hours) : Duration::max();
  Lives lives;
  do {
    lives.live(driver, first + lives.seeds);
  } while (!once && lives.fault.empty() && lives.lived < most && lasted() < seconds);
  const double hours = std::chrono::duration<double, std::ratio<3600>>(lives.lived).count();
  std::printf("%s driver: seeds %llu to %llu, %.1f virtual hours in %.1f s, %llu clients, %llu requests\n",
              std::string(driver.name).c_str(), static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(first + lives.seeds - 1), hours, lasted(),
              static_cast<unsigned long long>(lives.clients),
              static_cast<unsigned long long>(lives.requests));
  std::fputs(lives.fault.c_str(), stdout);
  std::fflush(stdout);
  return lives.fault.empty();
}

int live_for(const Arguments& arguments) {
  const double all = arguments.seconds ? static_cast<double>(*arguments.seconds) : arguments.hours ? 1e9 : 10;
  bool good = true;
  for (const Driver& driver : arguments.drivers) {
    good &= live(driver, arguments, all / static_cast<double>(arguments.drivers.size()));
  }
  std::puts(good ? "PASS" : "FAIL");
  return good ? 0 : 1;
}

}  // namespace
}  // namespace majuscule::simulation

int main(int count, char** words) {
  testing::InitGoogleTest(&count, words);
  if (count == 1) return RUN_ALL_TESTS();
  const auto arguments = majuscule::simulation::parse({words + 1, words + count});
  if (!arguments) {
    std::fputs(majuscule::simulation::kUsage, stderr);
    return 2;
  }
  return majuscule::simulation::live_for(*arguments);
}
