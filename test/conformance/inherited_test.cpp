// SPDX-License-Identifier: MIT
// A server that inherits closed standard descriptors, blocked or ignored signals, and tiny or huge limits. It
// serves and stops as usual.
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

/// All signals that the server uses.
const std::vector<int> kSignals = {SIGTERM, SIGINT,  SIGHUP,  SIGUSR1, SIGUSR2,
                                   SIGALRM, SIGCHLD, SIGPIPE, SIGXFSZ};

// ---- descriptors

class ClosedDescriptors : public ConfigurationTest {
 protected:
  /// Returns the HTTP port of `process`. The line that names it may have been written nowhere.
  static std::uint16_t http_port(Process& process) {
    std::uint16_t http = 0;
    EXPECT_TRUE(eventually([&] {
      for (const std::uint16_t port : listening_ports_of(process.pid())) {
        std::optional<TcpClient> client = TcpClient::try_connect(port);
        // The raw protocol takes this as a message, and echoes it.
        if (client && client->send(get("/healthz", "Connection: close\r\n")) &&
            client->receive_to_end().bytes.starts_with("HTTP/1.1 200 ")) {
          http = port;
        }
      }
      return http != 0 || !process.is_running();
    })) << "the server does not listen";
    return http;
  }

  /// Expects that clients are served byte for byte, that one is refused and logged, and that all are drained.
  static void expect_served_and_stopped(Process& process, std::uint16_t port) {
    std::optional<HttpClient> first;
    ASSERT_TRUE(eventually([&] {  // when the connections that searched the port are gone
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
    EXPECT_TRUE(first->is_closed_by_server()) << "the client must receive no byte of a log";
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }

  static inline const std::vector<std::string> kOptions = {"--log-level=trace", "--max-connections=1"};
};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(ClosedDescriptors);

TEST_P(ClosedDescriptors, AreNotReused) {
  for (const std::vector<int>& closed : std::vector<std::vector<int>>{{0}, {1}, {2}, {1, 2}, {0, 1, 2}}) {
    SCOPED_TRACE("closed: " + std::to_string(closed.front()) + " to " + std::to_string(closed.back()));
    Process process = start_bare({"--port=0", "--raw-port=0", kOptions[0], kOptions[1]},
                                 {.inheritance = {.closed = closed}});
    const std::uint16_t port = http_port(process);
    ASSERT_NE(port, 0) << process.standard_error();
    expect_served_and_stopped(process, port);
  }
}

/// A service manager passes the listener, so the server's first own descriptor may be any of the three.
TEST_P(ClosedDescriptors, AreNotReusedWithAServiceManager) {
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

  /// Expects everything that needs a signal to work.
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
    server().process().signal(SIGINT);  // SIGALRM ends it
    expect_exit(0);
  }

  /// Expects that children end with their clients, and that workers are replaced.
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

TEST_P(InheritedSignals, WorkWhenBlocked) { expect_all_as_ever({.blocked = kSignals}); }

/// Except SIGHUP: only nohup(1) ignores that one, on purpose.
TEST_P(InheritedSignals, WorkWhenIgnored) { expect_all_as_ever({.ignored = kSignals}); }

/// The signal is pending from before the program started, blocked by its parent.
TEST_P(InheritedSignals, WorkWhenSentBeforeTheStart) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    SCOPED_TRACE(number);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, number);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);  // from the child's start
    Process process = start_bare({"--port=0"}, {.inheritance = {.blocked = {number}}});
    ::kill(process.pid(), number);  // usually before exec, always before it is unblocked
    ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }
}

/// The terminal has closed: connected clients are served to the end.
TEST_P(InheritedSignals, OfAClosedTerminalDrain) {
  start({"--task=sleep:" + duration_option(milliseconds(500))});
  HttpClient busy = client_in_task();
  server().process().signal(SIGHUP);
  expect_ok(busy.receive(), "In flight", Connection::kCloses);
  expect_exit(0);
}

/// nohup(1) starts a program with SIGHUP ignored, so that it survives its terminal. A server that handled the
/// signal would end against its user's wish.
TEST_P(InheritedSignals, OfATerminalStayIgnoredUnderNohup) {
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

/// No file may grow: neither the access log nor the file of standard error.
TEST_P(InheritedLimits, OfFileSizesDoNotEndTheServer) {
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

/// A container's limit may be a billion. Nothing may be sized by it: no table, no array, no loop over all
/// descriptors.
TEST_P(InheritedLimits, OfDescriptorsReserveNoMemory) {
  if (server_is_sanitized()) {
    GTEST_SKIP() << "a sanitizer uses memory itself";
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
