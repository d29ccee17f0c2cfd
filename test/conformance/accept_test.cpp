// SPDX-License-Identifier: MIT
// accept(2) fails for good for a reason that no client causes. The server does not spin, logs it at a limited
// rate, serves its other clients, and can be stopped.
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/process_usage.hpp"
#include "support/server_test.hpp"
#include "support/service_manager.hpp"

namespace majuscule::test {
namespace {

using Clock = std::chrono::steady_clock;

class Accept : public ModeTest {
 protected:
  void SetUp() override { MAJUSCULE_NEEDS_CLIENTS_AT_ONCE(); }

  /// Starts the server with both sockets: the second is for raw, and descriptor 4 of the server.
  Process start_on_both(Process::Limits limits = {}) {
    return start_activated(GetParam(), {{http_.fd(), raw_.fd()}, "http:raw"}, {}, limits);
  }

  static std::int64_t complaints_of(const Process& process, const std::string& reason) {
    const std::string log = process.standard_error();
    const std::string complaint = "cannot accept clients of raw://";
    std::int64_t count = 0;
    for (auto at = log.find(complaint); at != std::string::npos; at = log.find(complaint, at + 1)) {
      EXPECT_NE(log.find(reason, at), std::string::npos) << log;
      ++count;
    }
    return count;
  }

  void expect_served_at_ease(Process& process, Clock::time_point begin, HttpClient& client,
                             const std::string& reason) {
    EXPECT_TRUE(eventually([&] { return complaints_of(process, reason) > 0; })) << process.standard_error();
    const milliseconds window(1'000);
    const auto before = cpu_time_of(process.pid());
    EXPECT_EQ(client.tcp().receive_some(window).bytes, "");
    const auto used = cpu_time_of(process.pid()) - before;
    if (!never_sleeps(GetParam())) {
      EXPECT_LT(used, window / 5) << "a server that spins would use all of the window";
    }
    expect_ok(client.request(post("sTILL")), "Still");
    HttpClient another(http_.port());
    expect_ok(another.request(get("/healthz")), "ok");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(Clock::now() - begin).count();
    EXPECT_LE(complaints_of(process, reason), 1 + seconds) << process.standard_error();
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }

  const ListeningSocket http_, raw_;
};
MAJUSCULE_RUN_IN_EVERY_MODE(Accept);

TEST_P(Accept, ForbiddenDoesNotSpinAndOthersAreServed) {
  const auto begin = Clock::now();
  Process process = start_on_both({.refusal = Process::Limits::Refusal{SYS_accept4, EPERM, 4}});
  ASSERT_TRUE(listens_on(process, "raw://127.0.0.1:" + std::to_string(raw_.port())));
  HttpClient client(http_.port());
  expect_ok(client.request(get("/healthz")), "ok");
  const TcpClient waits(raw_.port());
  expect_served_at_ease(process, begin, client, "Operation not permitted");
}

TEST_P(Accept, OfAShutDownListenerDoesNotSpinAndOthersAreServed) {
  const auto begin = Clock::now();
  Process process = start_on_both();
  ASSERT_TRUE(listens_on(process, "raw://127.0.0.1:" + std::to_string(raw_.port())));
  HttpClient client(http_.port());
  expect_ok(client.request(get("/healthz")), "ok");
  ASSERT_EQ(::shutdown(raw_.fd(), SHUT_RDWR), 0);
  expect_served_at_ease(process, begin, client, "Invalid argument");
}

}  // namespace
}  // namespace majuscule::test
