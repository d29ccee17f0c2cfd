// SPDX-License-Identifier: MIT
// Valid and invalid durations, sizes and tasks.
#include "base/units.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, TakesEveryUnit) {
  const std::pair<std::string_view, Duration> cases[] = {
      {"0s", 0s},       {"1ns", 1ns},   {"250us", 250us}, {"200ms", 200ms}, {"3s", 3s},
      {"1.5s", 1500ms}, {"2min", 2min}, {"1h", 1h},       {"0.5ms", 500us}, {"0.1s", 100ms},
      {"1.25min", 75s}, {"007s", 7s},   {"1.s", 1s},      {"8760h", 8760h}, {"0.000000001s", 1ns},
  };
  for (const auto& [text, duration] : cases) EXPECT_EQ(parse_duration(text), duration) << text;
}

TEST(ParseDuration, RefusesTheRest) {
  for (const std::string_view bad :
       {"",    "s",         "1",    "0",    "1.5", "-1s",  "+1s",    " 1s",   "1s ",
        "1 s", "1S",        "1sec", "1m",   "1d",  "1e3s", "0x1s",   "1,5s",  "1..5s",
        ".5s", "1s2ms",     "infs", "nans", "inf", "nan",  "1e999s", "8785h", "99999999999999999999999999s",
        "ms",  "1\xC2\xB5s"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

TEST(ParseSize, TakesEveryUnit) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"0", 0},
      {"512", 512},
      {"512B", 512},
      {"1kB", 1000},
      {"1KB", 1000},
      {"10MB", 10'000'000},
      {"2GB", 2'000'000'000},
      {"16KiB", 16 * 1024},
      {"1MiB", 1024 * 1024},
      {"3GiB", std::size_t{3} << 30},
      {"18446744073709551615", SIZE_MAX},
      {"17179869183GiB", std::size_t{17179869183} << 30},
  };
  for (const auto& [text, size] : cases) EXPECT_EQ(parse_size(text), size) << text;
}

TEST(ParseSize, RefusesTheRest) {
  for (const std::string_view bad : {"",
                                     "B",
                                     "KiB",
                                     "-1",
                                     "+1",
                                     " 1",
                                     "1 ",
                                     "1 KiB",
                                     "1.5KiB",
                                     "1kib",
                                     "1K",
                                     "1k",
                                     "1M",
                                     "1TiB",
                                     "0x10",
                                     "1e3",
                                     "18446744073709551616",
                                     "17179869184GiB",
                                     "99999999999999999999999",
                                     "1KiBx",
                                     "1,000"}) {
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
  }
}

TEST(ParseTask, TakesEveryKind) {
  EXPECT_EQ(parse_task("none"), Task());
  EXPECT_EQ(parse_task("sleep:200ms"), (Task{TaskKind::kSleep, 200ms}));
  EXPECT_EQ(parse_task("block:1.5s"), (Task{TaskKind::kBlock, 1500ms}));
  EXPECT_EQ(parse_task("cpu:250us"), (Task{TaskKind::kCpu, 250us}));
}

TEST(ParseTask, RefusesTheRest) {
  for (const std::string_view bad :
       {"", "sleep", "sleep:", ":1s", "none:1s", "Sleep:1s", "sleep:1", "sleep:-1s", "sleep=1s", "wait:1s",
        "sleep:1s:2s", "sleep: 1s", "sleep 1s"}) {
    EXPECT_EQ(parse_task(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace majuscule::test
