// SPDX-License-Identifier: MIT
#include "simulation/drivers.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace majuscule::simulation {
namespace {

// 1: a request arrives just when a drain closes its idle client. 4: input arrives just before a deadline. 48:
// a refused client is still held when a drain begins, among tasks that block.
constexpr std::array<std::uint64_t, 3> kReadinessSeeds = {1, 4, 48};
// 1: no thread can be started. 2: a client reads a long answer slowly, and sends another request. 444355445:
// a connection ends while the acceptor refuses a client. 3885455631: a pipeline of tasks that block outlives
// the drain timeout. 4086612945: an idle client is due when the drain closes it.
constexpr std::array<std::uint64_t, 5> kBlockingSeeds = {1, 2, 444355445, 3885455631, 4086612945};
constexpr Driver kDrivers[] = {
    {"readiness", live_with_readiness, kReadinessSeeds},
#if defined(MAJUSCULE_HAS_FIBERS)
    {"blocking", live_with_blocking, kBlockingSeeds},
#endif
};

std::array<char, 200> last_words{};

// A failed assertion of the server ends the process, so the seed is printed first.
void tell_last_words(int signal) {
  [[maybe_unused]] const auto written =
      ::write(STDERR_FILENO, last_words.data(), std::strlen(last_words.data()));
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

std::span<const Driver> drivers() { return kDrivers; }

const Driver* find_driver(std::string_view name) {
  const auto found = std::ranges::find(kDrivers, name, &Driver::name);
  return found == std::end(kDrivers) ? nullptr : &*found;
}

void Lives::live(const Driver& driver, std::uint64_t seed, const Setting& setting) {
  if (!fault.empty()) return;
  const std::string name(driver.name);
  const std::string replay =
      "replay: tools/simulate --driver=" + name + " --seed=" + std::to_string(seed) + "\n";
  const std::string words =
      "seed " + std::to_string(seed) + ": the " + name + " driver ended the process\n" + replay;
  words.copy(last_words.data(), last_words.size() - 1);
  last_words[std::min(words.size(), last_words.size() - 1)] = '\0';
  for (const int signal : {SIGABRT, SIGSEGV}) ::signal(signal, tell_last_words);
  const Outcome outcome = driver.live(seed, setting);
  ++seeds;
  lived += outcome.lived;
  requests += outcome.requests;
  clients += outcome.clients;
  if (outcome.fault.empty()) return;
  const auto after = std::chrono::duration_cast<std::chrono::milliseconds>(outcome.lived).count();
  fault = "seed " + std::to_string(seed) + ": " + name + " driver, after " + std::to_string(after) +
          " ms: " + outcome.fault + "\n" + replay;
}

}  // namespace majuscule::simulation
