// SPDX-License-Identifier: MIT
// Valid options that cannot work here: exit code 1, one line with the reason, and no line about listening.
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include <gtest/gtest.h>

#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

/// Expects exit code 1 with one line on standard error that contains each of `said`.
void expect_cannot_run(const std::vector<std::string>& arguments, const std::vector<std::string>& said,
                       Process::Limits limits = {}) {
  const Outcome outcome = run_majuscule(arguments, limits);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
  for (const std::string& part : said) {
    EXPECT_NE(outcome.error.find(part), std::string::npos)
        << "'" << part << "' is missing in: " << outcome.error;
  }
}

class CannotRun : public ModeTest {
 protected:
  const std::string mode_ = "--mode=" + GetParam();
};
MAJUSCULE_RUN_IN_EVERY_MODE(CannotRun);

TEST_P(CannotRun, WhenThePortIsTaken) {
  start();
  const std::string port = std::to_string(server().port());
  expect_cannot_run({mode_, "--port=" + port}, {port, "in use"});
  expect_cannot_run({mode_, "--port=0", "--raw-port=" + port}, {port, "in use"});
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(CannotRun, WhenTheHostIsNotOfThisMachine) {
  expect_cannot_run({mode_, "--port=0", "--host=192.0.2.1"}, {"192.0.2.1"});
  expect_cannot_run({mode_, "--port=0", "--host=no.such.host.invalid"}, {"no.such.host.invalid"});
  expect_cannot_run({mode_, "--port=0", "--host=300.1.1.1"}, {"300.1.1.1"});
}

TEST_P(CannotRun, WhenTheAccessLogCannotBeWritten) {
  const TemporaryDirectory directory;
  expect_cannot_run({mode_, "--port=0", "--access-log=/nonexistent/x"}, {"/nonexistent/x"});
  expect_cannot_run({mode_, "--port=0", "--access-log=" + directory.path()}, {directory.path()});
}

/// A mode that cannot run here has no other tests.
TEST(CannotRunHere, IsReportedWithTheReason) {
  std::string skipped;
  for (const Mode& mode : modes()) {
    const std::string reason = reason_against(mode);
    if (reason.empty()) continue;
    expect_cannot_run({"--mode=" + std::string(mode.name), "--port=0"}, {std::string(mode.name), reason});
    skipped.append(skipped.empty() ? "" : "; ").append(mode.name).append(": ").append(reason);
  }
  if (!skipped.empty()) GTEST_SKIP() << "not tested here: " << skipped;
}

TEST(CannotRunHere, ReportsUringWhereTheKernelRefusesIt) {
  if (reason_against(*find_mode("uring")).starts_with("built without")) GTEST_SKIP() << "built without it";
  const std::vector<std::string> arguments{"--mode=uring", "--port=0"};
  expect_cannot_run(arguments, {"--mode=uring", "disabled"},
                    {.refusal = Process::Limits::Refusal{SYS_io_uring_setup, EPERM}});
  expect_cannot_run(arguments, {"--mode=uring", "this kernel has no io_uring"},
                    {.refusal = Process::Limits::Refusal{SYS_io_uring_setup, ENOSYS}});
  expect_cannot_run(arguments, {"--mode=uring", "Linux 6.0"},  // with flags that this kernel does not support
                    {.refusal = Process::Limits::Refusal{SYS_io_uring_setup, EINVAL}});
  expect_cannot_run(arguments, {"--mode=uring", "ring of buffers"},
                    {.refusal = Process::Limits::Refusal{SYS_io_uring_register, EINVAL}});
}

}  // namespace
}  // namespace majuscule::test
