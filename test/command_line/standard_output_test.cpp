// SPDX-License-Identifier: MIT
// Standard output that is full, closed, a socket, or a pipe whose reader dies first: the output arrives, or
// an error on standard error says that it was lost, and a clean stop stays clean.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <regex>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/configuration_test.hpp"
#include "support/pipe.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

void expect_one_line_and_exit_1(const std::string& program, const std::string& option,
                                const Inheritance& inheritance) {
  SCOPED_TRACE(program + " " + option);
  Process process(program, {option}, {.inheritance = inheritance});
  EXPECT_EQ(process.wait(), 1);
  const std::string error = process.standard_error();
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << error;
}

TEST(StandardOutput, FullOrClosedIsReported) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  for (const char* option : {"--help", "--version", "--list-modes"}) {
    expect_one_line_and_exit_1(majuscule_binary(), option, {.output = full.get()});
    expect_one_line_and_exit_1(majuscule_binary(), option, {.closed = {STDOUT_FILENO}});
  }
}

TEST(StandardOutput, OfTheLoadClientFullIsReported) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  for (const char* option : {"--help", "--version"}) {
    expect_one_line_and_exit_1(majuscule_binary() + "-load", option, {.output = full.get()});
  }
}

class StandardOutput : public ConfigurationTest {};
MAJUSCULE_RUN_IN_A_FEW_CONFIGURATIONS(StandardOutput);

std::uint16_t port_in(const std::string& text) {
  std::smatch port;
  return std::regex_search(text, port, std::regex("http://127\\.0\\.0\\.1:([0-9]+) "))
             ? static_cast<std::uint16_t>(std::stoi(port[1]))
             : 0;
}

TEST_P(StandardOutput, TakesTheAccessLogAfterTheListeners) {
  start({"--access-log=-"});
  HttpClient client = connect();
  expect_ok(client.request(get("/capitalize?text=a")), "A");
  client.tcp().close();
  EXPECT_EQ(server().stop(), 0);
  EXPECT_TRUE(std::regex_match(
      server().process().standard_output(),
      std::regex(
          "listening on http://[^\n]*\nlistening on raw://[^\n]*\n127[^\n]*\"GET /capitalize[^\n]*\n")))
      << server().process().standard_output();
}

/// As under systemd: open(2) of /dev/stdout fails there (ENXIO).
TEST_P(StandardOutput, SocketTakesTheAccessLogOrReportsHow) {
  for (const std::string file : {"-", "/dev/stdout"}) {
    SCOPED_TRACE(file);
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    Process process =
        start_bare({"--port=0", "--access-log=" + file}, {.inheritance = {.output = writer.get()}});
    std::string text;
    const auto shows = [&](const std::string& part) {
      return eventually([&] {
        char buffer[4096];
        const ssize_t count = ::recv(reader.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        text.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return text.find(part) != std::string::npos || !process.is_running();
      });
    };
    EXPECT_TRUE(shows(")\n"));
    if (!process.is_running()) {
      EXPECT_EQ(file, "/dev/stdout") << process.standard_error();
      EXPECT_EQ(process.wait(), 1);
      EXPECT_NE(process.standard_error().find("--access-log=-"), std::string::npos)
          << process.standard_error();
      continue;
    }
    {
      HttpClient client(port_in(text));
      expect_ok(client.request(get("/capitalize?text=a")), "A");
    }
    EXPECT_TRUE(shows("\"GET /capitalize")) << text;
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(), 0) << process.standard_error();
  }
}

/// `2>&1 | tee file` and Ctrl-C: tee dies first.
TEST_P(StandardOutput, DeadReaderDoesNotChangeACleanStop) {
  for (const int number : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(number);
    Pipe both(65'536);
    Process process = start_bare({"--port=0", "--access-log=-", "--log-level=trace"},
                                 {.inheritance = {.output = both.writer(), .error = both.writer()}});
    ASSERT_TRUE(both.shows(")\n")) << both.text();
    HttpClient client(port_in(both.text()));
    expect_ok(client.request(get("/healthz")), "ok");
    both.close_writer();
    both.close_reader();
    process.signal(number);
    EXPECT_EQ(process.wait(), 0);
  }
}

}  // namespace
}  // namespace majuscule::test
