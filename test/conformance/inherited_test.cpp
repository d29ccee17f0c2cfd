// SPDX-License-Identifier: MIT
// What a server inherits and did not ask for: standard descriptors that are closed, signals that are blocked
// or ignored, limits that are tiny or huge. It serves and stops as ever.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/configuration_test.hpp"
#include "support/pipe.hpp"
#include "support/process_usage.hpp"
#include "support/server_sanitizer.hpp"
#include "support/server_test.hpp"
#include "support/service_manager.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

/// All that mean something to the server.
const std::vector<int> kSignals = {SIGTERM, SIGINT,  SIGHUP,  SIGUSR1, SIGUSR2,
                                   SIGALRM, SIGCHLD, SIGPIPE, SIGXFSZ};

// ---- descriptors

class ClosedDescriptors : public ConfigurationTest {
 protected:
  /// The port of `process` whose listener speaks HTTP. The line that names it may have nowhere to go.
  static std::uint16_t http_port(Process& process) {
    std::uint16_t http = 0;
    EXPECT_TRUE(eventually([&] {
      for (const std::uint16_t port : listening_ports_of(process.pid())) {
        std::optional<TcpClient> client = TcpClient::try_connect(port);
        // The raw protocol takes this for a message, and answers with the same.
        if (client && client->send(get("/healthz", "Connection: close\r\n")) &&
            client->receive_to_end().bytes.starts_with("HTTP/1.1 200 ")) {
          http = port;
        }
      }
      return http != 0 || !process.is_running();
    })) << "the server does not listen";
    return http;
  }

  /// Clients are served to the byte, one is refused, which a line of the log tells of, and all are drained.
  static void expect_served_and_stopped(Process& process, std::uint16_t port) {
    std::optional<HttpClient> first;
    ASSERT_TRUE(eventually([&] {  // when those that looked for the port are gone
      HttpClient client(port);
      (void)client.tcp().send(post("fIRST"));
      if (client.receive().status != 200) return false;
      first.emplace(std::move(client));
      return true;
    })) << process.standard_error();
    HttpClient refused(port);
    const std::vector<HttpResponse> responses = refused.receive_to_end();
    ASSERT_EQ(responses.size(), 1U);
    EXPECT_EQ(responses[0].status, 503);
    expect_ok(first->request(post("sTILL")), "Still");
    EXPECT_TRUE(process.is_running());
    process.signal(SIGTERM);
    EXPECT_TRUE(first->is_closed_by_server()) << "not a byte of a log is a client's";
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }

  static inline const std::vector<std::string> kOptions = {"--log-level=trace", "--max-connections=1"};
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(ClosedDescriptors);

TEST_P(ClosedDescriptors, AreNobodyElses) {
  for (const std::vector<int>& closed : std::vector<std::vector<int>>{{0}, {1}, {2}, {1, 2}, {0, 1, 2}}) {
    SCOPED_TRACE("closed: " + std::to_string(closed.front()) + " to " + std::to_string(closed.back()));
    Process process = start_bare({"--port=0", "--raw-port=0", kOptions[0], kOptions[1]},
                                 {.inheritance = {.closed = closed}});
    const std::uint16_t port = http_port(process);
    ASSERT_NE(port, 0) << process.standard_error();
    expect_served_and_stopped(process, port);
  }
}

/// The listener is another, so that the first that the server opens may be any of the three.
TEST_P(ClosedDescriptors, AreNobodyElsesWithAServiceManager) {
  for (const std::string closed : {"2>&-", ">&- 2>&-", "<&- >&- 2>&-"}) {
    SCOPED_TRACE(closed);
    const ListeningSocket socket;
    std::vector<std::string> words = {"-c", "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" \"$@\" " + closed,
                                      majuscule_binary()};
    for (const std::string& option : GetParam().with(mode_options(GetParam().mode, kOptions))) {
      words.push_back(option);
    }
    words.insert(words.end(), kOptions.begin(), kOptions.end());
    Process process("/bin/sh", words, {}, {socket.fd()});
    expect_served_and_stopped(process, socket.port());
  }
}

// ---- signals

class InheritedSignals : public ConfigurationTest {
 protected:
  HttpClient client_in_task() {
    HttpClient client = connect();
    client.send(get("/capitalize?text=in+flight"));
    EXPECT_TRUE(client.tcp().wait_until_server_has_read());
    return client;
  }

  /// Everything that needs a signal to work.
  void expect_all_as_ever(const Inheritance& inheritance) {
    const TemporaryDirectory directory;
    const std::string log = directory.path() + "/access.log";
    start({"--access-log=" + log, "--task=sleep:" + duration_option(milliseconds(300))},
          {.inheritance = inheritance});
    std::filesystem::rename(log, log + ".1");
    server().process().signal(SIGUSR1);
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(log); })) << "SIGUSR1 is lost";
    expect_children_reaped();
    HttpClient busy = client_in_task();
    server().process().signal(SIGTERM);
    expect_ok(busy.receive(), "In flight", Connection::kCloses);
    expect_exit(0);

    start({"--task=cpu:1min", "--drain-timeout=300ms"}, {.inheritance = inheritance});
    HttpClient endless = client_in_task();
    server().process().signal(SIGINT);  // and SIGALRM ends it
    expect_exit(0);
  }

  /// Children that end with their clients, and workers that are replaced.
  void expect_children_reaped() {
    const pid_t pid = server().process().pid();
    if (GetParam().mode == "process" && !has_workers()) {
      EXPECT_TRUE(serves_a_new_client());
      EXPECT_TRUE(eventually([&] { return serving_children_of(pid).empty(); }));
      EXPECT_TRUE(eventually([&] { return server().stats()["connections/open"] == 1; }));
    }
    if (has_workers()) {
      const std::vector<pid_t> before = serving_children_of(pid);
      ::kill(before.front(), SIGKILL);
      EXPECT_TRUE(eventually([&] {
        const std::vector<pid_t> now = serving_children_of(pid);
        return now.size() == before.size() && now != before;
      })) << server().process().standard_error();
    }
  }
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(InheritedSignals);

TEST_P(InheritedSignals, ThatAreBlockedCountAllTheSame) { expect_all_as_ever({.blocked = kSignals}); }

/// But SIGHUP: to ignore that one is what nohup(1) asks for, on purpose, and by nothing else.
TEST_P(InheritedSignals, ThatAreIgnoredCountAllTheSame) { expect_all_as_ever({.ignored = kSignals}); }

/// It waits from before the program began, in a process that blocks it.
TEST_P(InheritedSignals, ThatCameBeforeTheProgramCount) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    SCOPED_TRACE(number);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, number);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);  // from the child's first moment on
    Process process = start_bare({"--port=0"}, {.inheritance = {.blocked = {number}}});
    ::kill(process.pid(), number);  // most times before exec, always before it is unblocked
    ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }
}

/// The terminal has gone: who was served is served to the end.
TEST_P(InheritedSignals, OfATerminalThatHasGoneDrain) {
  start({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient busy = client_in_task();
  server().process().signal(SIGHUP);
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

/// nohup(1) starts a program with SIGHUP ignored, so that it lives on when its terminal has gone: a server
/// that took the signal over would end where its user has asked that it does not.
TEST_P(InheritedSignals, OfATerminalAreLeftIgnoredForNohup) {
  start({}, {.inheritance = {.ignored = {SIGHUP}}});
  const std::vector<pid_t> workers = children_of(server().process().pid());
  HttpClient client = connect();
  expect_ok(client.request(get("/healthz")), "ok");
  for (int i = 0; i < 3; ++i) {
    server().process().signal(SIGHUP);
    for (const pid_t worker : has_workers() ? workers : std::vector<pid_t>()) {
      ::kill(worker, SIGHUP);
    }
    expect_ok(client.request(get("/healthz")), "ok");
    EXPECT_TRUE(serves_a_new_client());
  }
}

// ---- limits

class InheritedLimits : public ConfigurationTest {
 protected:
  void expect_served_on() {
    const std::vector<pid_t> workers = children_of(server().process().pid());
    for (int i = 0; i < 50; ++i) {
      HttpClient client = connect();
      expect_ok(client.request(get("/capitalize?text=hello", "Connection: close\r\n")), "Hello",
                Connection::kCloses);
    }
    if (has_workers()) {
      EXPECT_EQ(children_of(server().process().pid()), workers);
    }
  }
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(InheritedLimits);

/// No file may grow at all: neither the access log nor the one that standard error goes to.
TEST_P(InheritedLimits, OfTheSizeOfFilesEndNothing) {
  const TemporaryDirectory directory;
  const std::string access = directory.path() + "/access.log";
  Pipe output(65'536);
  Process process = start_bare({"--port=0", "--log-level=trace", "--access-log=" + access},
                               {.inheritance = {.output = output.writer(), .file_size = 0}});
  ASSERT_TRUE(output.shows(")\n")) << output.text();
  const std::string& line = output.text();
  const std::string url = "http://127.0.0.1:";
  const auto port = static_cast<std::uint16_t>(std::stoi(line.substr(line.find(url) + url.size())));
  const std::vector<pid_t> workers = children_of(process.pid());
  for (int i = 0; i < 50; ++i) {
    HttpClient client(port);
    expect_ok(client.request(get("/capitalize?text=hello", "Connection: close\r\n")), "Hello",
              Connection::kCloses);
  }
  HttpClient client(port);
  EXPECT_TRUE(eventually([&] { return stats_over(client)["log/lost_lines"] >= 50; }));
  if (has_workers()) {
    EXPECT_EQ(children_of(process.pid()), workers) << "a worker has died";
  }
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0);
}

/// A container's is a billion at times. Nothing grows by it: no table, no array, no loop over all
/// descriptors.
TEST_P(InheritedLimits, OfDescriptorsReserveNothing) {
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer has memory of its own";
  }
  unsigned highest = 0;
  std::ifstream("/proc/sys/fs/nr_open") >> highest;
  highest = std::min(highest, 1U << 30);
  std::vector<std::int64_t> memory;
  for (const unsigned descriptors : {1024U, highest}) {
    start({}, {.descriptors = descriptors});
    EXPECT_TRUE(serves_a_new_client());
    const pid_t pid = server().process().pid();
    if (descriptor_limit_of(pid) != descriptors) {
      GTEST_SKIP() << "only root may raise the limit of descriptors to " << descriptors;
    }
    memory.push_back(memory_of(pid));
    expect_clean_stop();
  }
  EXPECT_LT(memory[1] - memory[0], std::int64_t{4} * 1024 * 1024);
}

}  // namespace
}  // namespace majuscule::test
