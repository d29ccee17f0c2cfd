// SPDX-License-Identifier: MIT
// Bad usage: exit code 2 and exactly one line on standard error, which names the flag and says what would be
// right. No listener is opened, and standard output stays empty.
#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>

#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

struct BadUsage {
  const char* name;
  std::vector<std::string> arguments;
  std::vector<std::string> said;  // what the line must contain: the flag, and what is allowed
};

void PrintTo(const BadUsage& usage, std::ostream* out) { *out << usage.name; }

class BadUsageTest : public ::testing::TestWithParam<BadUsage> {};

std::string name_of(const ::testing::TestParamInfo<BadUsage>& info) { return info.param.name; }

TEST_P(BadUsageTest, ExitsWith2AndOneLineThatNamesTheFlag) {
  const Outcome outcome = run_majuscule(GetParam().arguments);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
  EXPECT_TRUE(outcome.error.ends_with('\n')) << outcome.error;
  for (const std::string& part : GetParam().said) {
    EXPECT_NE(outcome.error.find(part), std::string::npos)
        << "'" << part << "' is missing in: " << outcome.error;
  }
}

const std::vector<BadUsage> kFlags = {
    {"UnknownFlag", {"--nonsense"}, {"--nonsense"}},
    {"UnknownFlagWithValue", {"--nonsense=1"}, {"--nonsense"}},
    {"UnknownShortFlag", {"-z"}, {"-z"}},
    {"Positional", {"nonsense"}, {"nonsense"}},
    {"PositionalBehindFlags", {"--port=0", "nonsense"}, {"nonsense"}},
    {"EmptyArgument", {""}, {}},
    {"MissingValue", {"--port"}, {"--port"}},
    {"MissingValueOfMode", {"--mode"}, {"--mode"}},
    {"EmptyValue", {"--port="}, {"--port"}},
    {"EmptyMode", {"--mode="}, {"--mode"}},
    {"ValueOfAFlagThatTakesNone", {"--list-modes=yes"}, {"--list-modes"}},
    {"NoWorkers", {"--workers=0"}, {"--workers", "from 1"}},
    {"Threads", {"--threads=2"}, {"--threads", "epoll"}},
    {"NoThreads", {"--threads=0"}, {"--threads", "from 1"}},
    {"Queue", {"--queue=fifo"}, {"--queue", "epoll"}},
    {"UnknownQueue", {"--queue=stack"}, {"--queue", "fifo, lifo or priority"}},
    {"ValueOfReuseport", {"--reuseport=yes"}, {"--reuseport"}},
    {"WorkersThatCannotShareAListener",
     {"--mode=sigio", "--workers=2"},
     {"--workers=2", "sigio", "one process", "--reuseport"}},
};
INSTANTIATE_TEST_SUITE_P(Flag, BadUsageTest, ::testing::ValuesIn(kFlags), name_of);

const std::vector<BadUsage> kNumbers = {
    {"HostWithHalfABracket", {"--host=[::1"}, {"--host=[::1", "[::1] or localhost"}},
    {"HostWithAPort", {"--host=localhost:80"}, {"--host=localhost:80", "without a port"}},
    {"PortTooLarge", {"--port=99999"}, {"--port", "65535"}},
    {"PortNegative", {"--port=-1"}, {"--port", "65535"}},
    {"PortNoNumber", {"--port=x"}, {"--port", "65535"}},
    {"PortWithMore", {"--port=80x"}, {"--port"}},
    {"PortFraction", {"--port=80.5"}, {"--port"}},
    {"RawPortTooLarge", {"--raw-port=65536"}, {"--raw-port", "65535"}},
    {"RawPortNoNumber", {"--raw-port", "x"}, {"--raw-port"}},
    {"TheSamePortTwice", {"--port=8000", "--raw-port=8000"}, {"--raw-port", "8000"}},
    {"TheDefaultPortTwice", {"--raw-port=8000"}, {"--raw-port", "8000"}},
    {"TaskEveryZero", {"--task-every=0"}, {"--task-every", "1"}},
    {"TaskEveryNegative", {"--task-every=-3"}, {"--task-every"}},
    {"TaskEveryNoNumber", {"--task-every=x"}, {"--task-every"}},
    {"BacklogZero", {"--backlog=0"}, {"--backlog", "1"}},
    {"BacklogNegative", {"--backlog=-5"}, {"--backlog"}},
    {"BacklogHuge", {"--backlog=99999999999999999999"}, {"--backlog"}},
    {"MaxConnectionsZero", {"--max-connections=0"}, {"--max-connections", "1"}},
    {"MaxConnectionsNoNumber", {"--max-connections=many"}, {"--max-connections"}},
};
INSTANTIATE_TEST_SUITE_P(Number, BadUsageTest, ::testing::ValuesIn(kNumbers), name_of);

const std::vector<BadUsage> kUnits = {
    {"TaskWithoutDuration", {"--task=sleep"}, {"--task", "sleep:"}},
    {"TaskWithEmptyDuration", {"--task=sleep:"}, {"--task"}},
    {"TaskWithoutUnit", {"--task=sleep:5"}, {"--task"}},
    {"TaskWithUnknownUnit", {"--task=sleep:5lightyears"}, {"--task"}},
    {"TaskNegative", {"--task=block:-5ms"}, {"--task"}},
    {"UnknownTask", {"--task=nap:5ms"}, {"--task", "sleep", "block", "cpu"}},
    {"TaskNoneWithDuration", {"--task=none:5ms"}, {"--task"}},
    {"TaskNotANumber", {"--task=sleep:nanms"}, {"--task"}},
    {"TaskInfinite", {"--task=sleep:infs"}, {"--task"}},
    {"SizeWithUnknownUnit", {"--max-body=1XB"}, {"--max-body", "KiB"}},
    {"SizeNegative", {"--max-body=-1"}, {"--max-body"}},
    {"SizeOverflow", {"--max-body=99999999999999999999"}, {"--max-body"}},
    {"SizeOverflowByItsUnit", {"--max-body=18446744073709551615KiB"}, {"--max-body"}},
    {"SizeOfHeaderNoNumber", {"--max-header=large"}, {"--max-header"}},
    {"SizeOfHeaderZero", {"--max-header=0"}, {"--max-header"}},
    {"DurationNegative", {"--idle-timeout=-1s"}, {"--idle-timeout", "ms"}},
    {"DurationWithoutUnit", {"--header-timeout=10"}, {"--header-timeout", "ms"}},
    {"DurationNoNumber", {"--body-timeout=soon"}, {"--body-timeout", "ms"}},
    {"DurationEmpty", {"--write-timeout="}, {"--write-timeout"}},
    {"DurationWithBlank", {"--drain-timeout=10 s"}, {"--drain-timeout"}},
    {"DurationZero", {"--header-timeout=0s"}, {"--header-timeout"}},
    {"DurationHuge", {"--idle-timeout=99999999999999999999999h"}, {"--idle-timeout"}},
};
INSTANTIATE_TEST_SUITE_P(Unit, BadUsageTest, ::testing::ValuesIn(kUnits), name_of);

const std::vector<BadUsage> kChoices = {
    {"UnknownMode", {"--mode=nonsense"}, {"--mode", "epoll", "threads"}},
    {"ModeInUpperCase", {"--mode=EPOLL"}, {"--mode", "epoll"}},
    {"UnknownGuard", {"--guard=nonsense"}, {"--guard", "none"}},
    {"GuardOfWhatIsNotShared",
     {"--mode=epoll", "--guard=mutex"},
     {"--guard=mutex", "epoll", "one thread", "none", "--workers=2"}},
    {"GuardOfWhatIsNotSharedByDefault", {"--guard=atomic"}, {"--guard", "none"}},
    {"UnknownLogLevel", {"--log-level=loud"}, {"--log-level", "info"}},
};
INSTANTIATE_TEST_SUITE_P(Choice, BadUsageTest, ::testing::ValuesIn(kChoices), name_of);

TEST(BadUsageOfTheMode, NamesEveryMode) {
  const Outcome outcome = run_majuscule({"--mode=nonsense"});
  for (const std::string& name : mode_names()) {
    EXPECT_NE(outcome.error.find(name), std::string::npos) << name << " is missing in: " << outcome.error;
  }
}

}  // namespace
}  // namespace majuscule::test
