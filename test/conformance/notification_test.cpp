// SPDX-License-Identifier: MIT
// Messages to the service manager through NOTIFY_SOCKET: READY=1 when clients are served, STOPPING=1 when the
// drain begins. If they cannot be sent, no client is affected.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"
#include "support/service_manager.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

class Notification : public ModeTest {
 protected:
  void TearDown() override {
    ModeTest::TearDown();
    ::unsetenv("NOTIFY_SOCKET");
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/notify";
  const std::string abstract_ = "@majuscule-test-" + std::to_string(::getpid());
};
MAJUSCULE_RUN_IN_EVERY_MODE(Notification);

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text + "\n").find("\n" + line + "\n") != std::string::npos;
}

TEST_P(Notification, ComesWhenItListensAndWhenItDrains) {
  for (const std::string& name : {path_, abstract_}) {
    SCOPED_TRACE(name);
    const NotifySocket manager(name);
    start();
    const std::string ready = manager.receive().value_or("");
    EXPECT_TRUE(has_line(ready, "READY=1")) << ready;
    EXPECT_TRUE(has_line(ready, "STATUS=listening on http://127.0.0.1:" + std::to_string(server().port()) +
                                    " raw://127.0.0.1:" + std::to_string(server().raw_port()) + " (mode " +
                                    GetParam() + ")"))
        << ready;
    EXPECT_TRUE(serves_a_new_client());
    server().process().signal(SIGTERM);
    const std::string stopping = manager.receive().value_or("");
    EXPECT_TRUE(has_line(stopping, "STOPPING=1")) << stopping;
    expect_exit(0);
    EXPECT_FALSE(manager.receive(milliseconds(0)).has_value()) << "only two messages are expected";
  }
}

TEST_P(Notification, OfReadinessIsNeverEarly) {
  const NotifySocket manager(path_);
  Process process(majuscule_binary(), {"--mode=" + GetParam(), "--port=0"});
  ASSERT_TRUE(manager.receive().has_value()) << process.standard_error();
  // The output before it has the address; from now on clients are served.
  const std::string output = process.standard_output();
  const std::size_t colon = output.rfind(':');
  ASSERT_NE(colon, std::string::npos) << "ready, but its address was not printed";
  HttpClient client(static_cast<std::uint16_t>(std::atoi(output.c_str() + colon + 1)));
  expect_ok(client.request(get("/healthz")), "ok");
}

TEST_P(Notification, OfReadinessIsNotSentByAServerThatCannotListen) {
  const ListeningSocket taken;
  const NotifySocket manager(path_);
  const std::string port = "--port=" + std::to_string(taken.port());
  EXPECT_EQ(run_majuscule({"--mode=" + GetParam(), port}).exit_code, 1);
  EXPECT_FALSE(manager.receive(milliseconds(0)).has_value());
}

TEST_P(Notification, OfTheDrainComesWhileRequestsAreStillInFlight) {
  const NotifySocket manager(path_);
  start({"--task=sleep:1min", "--drain-timeout=1min"});
  ASSERT_TRUE(manager.receive().has_value());
  HttpClient client = connect();
  client.send(get("/capitalize?text=in+flight"));
  EXPECT_TRUE(client.tcp().wait_until_server_has_read());
  server().process().signal(SIGTERM);
  const std::string stopping = manager.receive().value_or("");
  EXPECT_TRUE(has_line(stopping, "STOPPING=1")) << stopping;
  EXPECT_TRUE(has_line(stopping, "STATUS=draining: 1 clients are connected")) << stopping;
  // Longer than the drain may take, so that the manager does not kill it earlier.
  EXPECT_TRUE(has_line(stopping, "EXTEND_TIMEOUT_USEC=60600000")) << stopping;
  EXPECT_TRUE(server().process().is_running());
  signal_again(SIGTERM);
  expect_exit(1);
}

TEST_P(Notification, FailureIsOneWarningEach) {
  for (const std::string& name : {path_, abstract_, std::string("nonsense"), std::string(500, '/')}) {
    SCOPED_TRACE(name);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    start();
    EXPECT_TRUE(serves_a_new_client());
    EXPECT_EQ(server().stop(), 0);
    const std::string log = server().process().standard_error();
    std::size_t warnings = 0;
    for (std::size_t at = 0; (at = log.find("NOTIFY_SOCKET", at)) != std::string::npos; ++at) {
      ++warnings;
    }
    EXPECT_EQ(warnings, 2U) << log;
  }
}

}  // namespace
}  // namespace majuscule::test
