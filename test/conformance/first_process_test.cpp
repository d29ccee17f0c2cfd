// SPDX-License-Identifier: MIT
// The server as process 1 of a container, which receives only signals that it handles, and inherits all
// orphans. It stops from its first moment on, even during a name lookup, and leaves no zombies.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "support/configuration_test.hpp"
#include "support/pipe.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class FirstProcess : public ConfigurationTest {
 protected:
  void SetUp() override {
    if (const std::string reason = reason_against_first_process(); !reason.empty()) {
      GTEST_SKIP() << reason;
    }
  }
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(FirstProcess);

TEST_P(FirstProcess, StopsCleanly) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    SCOPED_TRACE(number);
    start({}, {.inheritance = {.is_first = true}});
    EXPECT_TRUE(serves_a_new_client());
    server().process().signal(number);
    expect_exit(0);
  }
}

/// The loader reports on standard error when it starts main(); signals must work from then on.
TEST_P(FirstProcess, StopsFromItsStart) {
  if (server_is_sanitized()) {
    GTEST_SKIP() << "before main() a sanitizer is not ready for a signal handler";
  }
  ::setenv("LD_DEBUG", "libs", 1);
  for (int i = 0; i < 20; ++i) {
    Pipe error(65'536);
    Process process = start_bare({"--port=0"}, {.inheritance = {.error = error.writer(), .is_first = true}});
    if (!error.shows("transferring control:")) {
      ::unsetenv("LD_DEBUG");
      process.signal(SIGKILL);
      GTEST_SKIP() << "this loader does not report when the program starts";
    }
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(scaled(milliseconds(3'000))), 0) << "try " << i << ": " << error.text();
    if (HasFailure()) break;
  }
  ::unsetenv("LD_DEBUG");
}

/// A name server that receives a query and does not answer.
class SilentNameServer {
 public:
  SilentNameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    // A resolver uses port 53 only; the machine has enough loopback addresses for each test.
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    const auto pid = static_cast<std::uint32_t>(::getpid());
    for (std::uint32_t i = 0; i < 100 && !is_bound_; ++i) {
      address.sin_addr.s_addr = htonl((127U << 24U) | (1U << 23U) | (((pid << 7U) + i) & 0x7fffffU));
      is_bound_ = ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    char text[INET_ADDRSTRLEN];
    address_ = ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  }

  [[nodiscard]] bool is_bound() const { return is_bound_; }
  [[nodiscard]] const std::string& address() const { return address_; }

  [[nodiscard]] bool is_asked() const {
    return eventually([this] {
      char question[512];
      return ::recv(socket_.get(), question, sizeof question, 0) > 0;
    });
  }

 private:
  UniqueFd socket_;
  bool is_bound_ = false;
  std::string address_;
};

TEST_P(FirstProcess, StopsDuringANameLookup) {
  const SilentNameServer name_server;
  if (!name_server.is_bound() || ::geteuid() != 0) {
    GTEST_SKIP() << "only root can run a name server and configure it";
  }
  const TemporaryDirectory directory;
  const std::string file = directory.path() + "/resolv.conf";
  std::ofstream(file) << "nameserver " << name_server.address() << "\noptions timeout:30 attempts:1\n";
  Process process = start_bare({"--port=0", "--host=a.name.that.is.looked.up"},
                               {.inheritance = {.is_first = true, .resolver_file = file}});
  ASSERT_TRUE(name_server.is_asked()) << process.standard_error();
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0) << process.standard_error();
}

/// An orphan as left by `sh -c 'helper & exec majuscule'`, or by a health check that a container runs and
/// kills.
TEST_P(FirstProcess, LeavesNoOrphanAZombie) {
  std::vector<std::string> words = {"-c", "(sleep 0.2 & sleep 0.3 &) ; sleep 0.1 & exec \"$0\" \"$@\"",
                                    majuscule_binary(), "--port=0"};
  for (const std::string& option : GetParam().with(mode_options(GetParam().mode, {}))) {
    words.push_back(option);
  }
  Process process("/bin/sh", words, {.inheritance = {.is_first = true}});
  ASSERT_TRUE(eventually([&] { return process.standard_output().find("listening on") != std::string::npos; }))
      << process.standard_error();
  const auto runs = [](pid_t pid, const char* name) {
    std::string found;
    std::ifstream("/proc/" + std::to_string(pid) + "/comm") >> found;
    return found == name;
  };
  EXPECT_TRUE(eventually([&] {
    const std::vector<pid_t> all = children_of(process.pid());
    return std::none_of(all.begin(), all.end(), [&](pid_t child) { return runs(child, "sleep"); });
  })) << "an orphan is a zombie";
  const std::vector<pid_t> left = children_of(process.pid());
  EXPECT_EQ(left.size(), has_workers() ? 2U : 0U);
  EXPECT_TRUE(std::all_of(left.begin(), left.end(), is_alive));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0) << process.standard_error();
}

}  // namespace
}  // namespace majuscule::test
