// SPDX-License-Identifier: MIT
// Valid options: both forms, the output and where it goes, and the effect of each value.
#include <netdb.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "majuscule/mode.hpp"
#include "support/server_test.hpp"
#include "support/temporary_directory.hpp"

namespace majuscule::test {
namespace {

TEST(Help, ListsEveryFlagOnStandardOutput) {
  const Outcome outcome = run_majuscule({"--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  for (const char* flag : {"--mode",
                           "--list-modes",
                           "--host",
                           "--port",
                           "--raw-port",
                           "--workers",
                           "--reuseport",
                           "--threads",
                           "--queue",
                           "--guard",
                           "--task",
                           "--task-every",
                           "--backlog",
                           "--max-connections",
                           "--max-header",
                           "--max-body",
                           "--header-timeout",
                           "--body-timeout",
                           "--idle-timeout",
                           "--write-timeout",
                           "--drain-timeout",
                           "--log-level",
                           "--access-log",
                           "--version",
                           "--help"}) {
    EXPECT_TRUE(std::regex_search(outcome.output, std::regex(std::string(flag) + "\\b(?!-)"))) << flag;
  }
}

TEST(ListModes, PrintsALineForEachMode) {
  const Outcome outcome = run_majuscule({"--list-modes"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  std::istringstream output(outcome.output);
  std::string line;
  for (const Mode& mode : modes()) {
    ASSERT_TRUE(std::getline(output, line)) << mode.name;
    EXPECT_TRUE(line.starts_with(std::string(mode.name) + " ")) << line;
    EXPECT_NE(line.find("  " + std::string(mode.summary)), std::string::npos) << line;
  }
  EXPECT_FALSE(std::getline(output, line)) << line;
}

TEST(ListModes, PrintsOneJsonArray) {
  const Outcome outcome = run_majuscule({"--list-modes=json"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1);
  const auto list = nlohmann::json::parse(outcome.output);
  std::vector<std::string> names;
  for (const auto& mode : list) names.push_back(mode["name"]);
  std::vector<std::string> wanted;
  for (const Mode& mode : modes()) wanted.emplace_back(mode.name);
  EXPECT_EQ(names, wanted);
}

TEST(Version, PrintsOneJsonObject) {
  const Outcome outcome = run_majuscule({"--version=json"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  const auto version = nlohmann::json::parse(outcome.output);
  for (const char* name : {"version", "commit", "compiler", "build_type", "sanitizer"}) {
    EXPECT_FALSE(version[name].get<std::string>().empty()) << name;
  }
  for (const char* library : {"libuv", "llhttp", "spdlog"}) {
    EXPECT_TRUE(version["libraries"][library].is_string()) << library;
  }
}

TEST(Version, NamesTheLibrariesAndTheModes) {
  const Outcome outcome = run_majuscule({"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  for (const char* library : {"libuv", "llhttp", "spdlog"}) {
    EXPECT_TRUE(std::regex_search(outcome.output, std::regex(std::string(library) + "\\W+[0-9]+\\.[0-9]+")))
        << library << " and its version are missing in: " << outcome.output;
  }
  EXPECT_TRUE(std::regex_search(outcome.output, std::regex("^majuscule [0-9]+\\.[0-9]+\\.[0-9]+")))
      << outcome.output;
  for (const std::string& mode : mode_names()) {
    EXPECT_NE(outcome.output.find(mode), std::string::npos) << mode << " is missing in: " << outcome.output;
  }
  EXPECT_TRUE(std::regex_search(
      outcome.output, std::regex("\ncommit [0-9a-z]+(-dirty)?\nbuilt [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} "
                                 "[-+][0-9]{4}\noptions buildtype=[^\n]* compiler=[^\n]+\n$")))
      << outcome.output;
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Options : public ModeTest {
 protected:
  /// Returns when the server waits: the thread sanitizer may lose a signal that comes before.
  static void ask(const Process& process) {
    const std::string output = process.standard_output();
    std::smatch port;
    if (!std::regex_search(output, port, std::regex("127\\.0\\.0\\.1:([0-9]+) "))) {
      return;  // localhost may be ::1
    }
    HttpClient client(static_cast<std::uint16_t>(std::stoi(port[1])));
    EXPECT_EQ(client.request(get("/healthz")).body, "ok");
  }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Options);

TEST_P(Options, AcceptTheirValueAfterASignOrABlank) {
  start({"--max-body", "3", "--max-header=1KiB"});
  HttpClient client = connect();
  EXPECT_EQ(client.request(post("abc")).status, 200);
  EXPECT_EQ(client.request(post("abcd")).status, 413);
  client.tcp().close();
  HttpClient other = connect();
  EXPECT_EQ(other.request(get("/", "X: " + std::string(1024, 'x') + "\r\n")).status, 431);
}

TEST_P(Options, OfAllKindsAreAccepted) {
  const Mode* mode = find_mode(GetParam());
  ASSERT_NE(mode, nullptr);
  start({"--host=127.0.0.1", "--backlog=16", "--max-connections=100", "--max-header=10KB", "--max-body=10MB",
         "--header-timeout=1.5s", "--body-timeout=2min", "--idle-timeout=250ms", "--write-timeout=250000us",
         "--drain-timeout=3s", "--log-level=debug", "--task=sleep:250us", "--task-every=2",
         "--guard=" + std::string(to_string(allowed_guards(mode->sharing).front()))});
  EXPECT_TRUE(serves_a_new_client());
}

TEST_P(Options, HostMayBeAName) {
  if (::gethostbyname("localhost") == nullptr) {
    GTEST_SKIP() << "this system cannot resolve localhost: it has no /etc/hosts";
  }
  Process process(majuscule_binary(), {"--mode=" + GetParam(), "--host=localhost", "--port=0"});
  EXPECT_TRUE(eventually([&] { return process.standard_output().find("listening on http://") == 0; }))
      << process.standard_error();
  ask(process);
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0);
}

TEST_P(Options, PrintOnlyTheListeners) {
  start();
  EXPECT_TRUE(serves_a_new_client());
  EXPECT_EQ(server().stop(), 0);
  const std::string suffix = " (mode " + GetParam() + ")\n";
  EXPECT_EQ(server().process().standard_output(),
            "listening on http://127.0.0.1:" + std::to_string(server().port()) + suffix +
                "listening on raw://127.0.0.1:" + std::to_string(server().raw_port()) + suffix);
}

TEST_P(Options, HaveNoRawListenerByDefault) {
  Process process(majuscule_binary(), {"--mode=" + GetParam(), "--port=0"});
  EXPECT_TRUE(eventually([&] { return process.standard_output().ends_with(")\n"); }))
      << process.standard_error();
  ask(process);
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0);
  EXPECT_EQ(process.standard_output().find("raw://"), std::string::npos);
}

TEST_P(Options, LogIsPlainTextWhenItIsNoTerminal) {
  start({"--log-level=trace"});
  EXPECT_TRUE(serves_a_new_client());
  EXPECT_EQ(server().stop(), 0);
  const std::string log = server().process().standard_error();
  EXPECT_NE(log, "");
  EXPECT_EQ(log.find('\x1B'), std::string::npos) << log;
}

TEST_P(Options, LogLevelOffIsSilent) {
  start({"--log-level=off"});
  EXPECT_TRUE(serves_a_new_client());
  EXPECT_EQ(server().stop(), 0);
  EXPECT_EQ(server().process().standard_error(), "");
}

TEST_P(Options, FullDiskUnderTheAccessLogDoesNotStopTheServer) {
  start({"--access-log=/dev/full"});
  HttpClient client = connect();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(client.request(get("/capitalize?text=a")).status, 200);
  }
  EXPECT_EQ(stats_over(client)["requests"], 1000);
  client.tcp().close();
  EXPECT_TRUE(serves_a_new_client());
  const std::string log = server().process().standard_error();
  EXPECT_NE(log.find("dropping lines of --access-log=/dev/full: No space left on device"), std::string::npos)
      << log;
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 10) << "reported once a minute, not for each line";
}

TEST_P(Options, AccessLogIsAppendedTo) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/access.log";
  for (const std::size_t lines : {1U, 2U}) {
    start({"--access-log=" + path});
    EXPECT_TRUE(serves_a_new_client());
    EXPECT_EQ(server().stop(), 0);
    const std::string log = contents_of(path);
    EXPECT_EQ(static_cast<std::size_t>(std::count(log.begin(), log.end(), '\n')), lines) << log;
  }
}

}  // namespace
}  // namespace majuscule::test
