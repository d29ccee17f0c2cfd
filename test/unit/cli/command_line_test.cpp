// SPDX-License-Identifier: MIT
// The command line as a value: each flag in both forms, each refusal naming its flag, and the texts.
#include "cli/command_line.hpp"

#include <functional>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "majuscule/mode.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

struct Flag {
  std::string name;
  std::string good;
  std::function<bool(const Options&)> is_set;
  std::vector<std::string> bad;
};

const std::vector<std::string> kBadPorts = {"-1", "65536", "x", "", "80x", "0x50", " 80", "+80", "1e3"};
const std::vector<std::string> kBadNumbers = {"0", "-1", "x", "", "1.5", "99999999999999999999999", "1x"};
const std::vector<std::string> kBadSizes = {"0", "-1", "x", "", "1.5KiB", "1TiB", "99999999999999999999999"};
const std::vector<std::string> kBadDurations = {"0s", "-1s", "x", "", "5", "5 s", "5m", "1e3s"};

std::vector<Flag> flags() {
  return {
      {"--mode", "threads", [](const Options& o) { return o.mode == "threads"; }, {"", "Epoll", "epol", "x"}},
      {"--host",
       "::1",
       [](const Options& o) { return o.host == "::1"; },
       {"", "a b", "[::1", "[a]", "localhost:80"}},
      {"--port", "0", [](const Options& o) { return o.port == 0; }, kBadPorts},
      {"--raw-port", "65535", [](const Options& o) { return o.raw_port == 65535; }, kBadPorts},
      {"--guard",
       "none",
       [](const Options& o) { return o.guard == Guard::kNone; },
       {"", "x", "None", "mutex,none"}},
      {"--task",
       "sleep:1.5s",
       [](const Options& o) {
         return o.task == Task{TaskKind::kSleep, 1500ms};
       },
       {"", "x", "sleep", "sleep:", "sleep:5", "nap:1s", "none:1s"}},
      {"--task-every", "3", [](const Options& o) { return o.task_every == 3; }, kBadNumbers},
      {"--backlog", "1", [](const Options& o) { return o.backlog == 1; }, kBadNumbers},
      {"--max-connections", "9", [](const Options& o) { return o.max_connections == 9U; }, kBadNumbers},
      {"--max-header", "2KiB", [](const Options& o) { return o.limits.max_header == 2048; }, kBadSizes},
      {"--max-body", "10MB", [](const Options& o) { return o.limits.max_body == 10'000'000; }, kBadSizes},
      {"--header-timeout", "250us", [](const Options& o) { return o.limits.header_timeout == 250us; },
       kBadDurations},
      {"--body-timeout", "2min", [](const Options& o) { return o.limits.body_timeout == 2min; },
       kBadDurations},
      {"--idle-timeout", "3s", [](const Options& o) { return o.limits.idle_timeout == 3s; }, kBadDurations},
      {"--write-timeout", "1h", [](const Options& o) { return o.limits.write_timeout == 1h; }, kBadDurations},
      {"--drain-timeout", "5ms", [](const Options& o) { return o.drain_timeout == 5ms; }, kBadDurations},
      {"--log-level",
       "warn",
       [](const Options& o) { return o.log_level == "warn"; },
       {"", "x", "WARN", "verbose"}},
      {"--access-log", "/tmp/a log", [](const Options& o) { return o.access_log == "/tmp/a log"; }, {""}},
  };
}

/// Returns the line for stderr, after checking that there is nothing else.
std::string refused(const std::vector<std::string>& arguments) {
  const CommandLine line = parse_command_line(arguments);
  EXPECT_FALSE(line.options.has_value());
  EXPECT_EQ(line.output, "");
  EXPECT_FALSE(line.error.empty());
  EXPECT_EQ(line.error.find('\n'), std::string::npos) << "one line: " << line.error;
  return line.error;
}

std::string output(const std::string& flag) {
  const CommandLine line = parse_command_line({flag});
  EXPECT_FALSE(line.options.has_value());
  EXPECT_EQ(line.error, "");
  EXPECT_TRUE(line.output.ends_with("\n"));
  return line.output;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CommandLine, HasTheDocumentedDefaults) {
  const CommandLine line = parse_command_line({});
  ASSERT_TRUE(line.options) << line.error;
  const Options& o = *line.options;
  EXPECT_EQ(o.mode, "epoll");
  EXPECT_EQ(o.host, "127.0.0.1");
  EXPECT_EQ(o.port, 8000);
  EXPECT_FALSE(o.raw_port.has_value());
  EXPECT_FALSE(o.guard.has_value());
  EXPECT_EQ(o.task, Task());
  EXPECT_EQ(o.task_every, 1U);
  EXPECT_EQ(o.backlog, 4096);
  EXPECT_FALSE(o.max_connections.has_value());
  EXPECT_EQ(o.limits.max_header, 16U * 1024);
  EXPECT_EQ(o.limits.max_body, 1024U * 1024);
  EXPECT_EQ(o.limits.header_timeout, 10s);
  EXPECT_EQ(o.limits.body_timeout, 30s);
  EXPECT_EQ(o.limits.idle_timeout, 60s);
  EXPECT_EQ(o.limits.write_timeout, 30s);
  EXPECT_EQ(o.drain_timeout, 10s);
  EXPECT_EQ(o.log_level, "info");
  EXPECT_EQ(o.access_log, "");
}

TEST(CommandLine, TakesEveryFlagInBothForms) {
  for (const Flag& flag : flags()) {
    const CommandLine joined = parse_command_line({flag.name + "=" + flag.good});
    ASSERT_TRUE(joined.options) << joined.error;
    EXPECT_TRUE(flag.is_set(*joined.options)) << flag.name;
    const CommandLine apart = parse_command_line({flag.name, flag.good});
    ASSERT_TRUE(apart.options) << apart.error;
    EXPECT_TRUE(flag.is_set(*apart.options)) << flag.name;
  }
}

TEST(CommandLine, TakesAllFlagsTogether) {
  std::vector<std::string> arguments;
  for (const Flag& flag : flags()) {
    if (flag.name != "--guard") arguments.push_back(flag.name + "=" + flag.good);
  }
  const CommandLine line = parse_command_line(arguments);
  ASSERT_TRUE(line.options) << line.error;
  for (const Flag& flag : flags())
    EXPECT_TRUE(flag.name == "--guard" || flag.is_set(*line.options)) << flag.name;
}

TEST(CommandLine, NamesTheFlagAndTheValueItRefuses) {
  for (const Flag& flag : flags()) {
    for (const std::string& bad : flag.bad) {
      const std::string error = refused({flag.name + "=" + bad});
      EXPECT_TRUE(has(error, flag.name + "=" + bad + ": ")) << error;
      EXPECT_TRUE(has(error, "expected ")) << error;
      EXPECT_TRUE(has(refused({flag.name, bad}), flag.name)) << bad;
    }
  }
}

TEST(CommandLine, NamesTheFlagWhoseValueIsMissing) {
  for (const Flag& flag : flags()) {
    EXPECT_TRUE(has(refused({flag.name}), flag.name));
  }
}

TEST(CommandLine, AnEmptyValueIsNotTakenFromTheNextArgument) {
  for (const Flag& flag : flags()) EXPECT_TRUE(has(refused({flag.name + "=", flag.good}), flag.name));
}

TEST(CommandLine, RefusesUnknownOptions) {
  for (const char* unknown : {"--nothing", "--nothing=1", "--por=1", "--ports=1", "--worker=2", "--thread=2",
                              "--queues=fifo", "--reuse", "-p", "-x"}) {
    const std::string name = std::string(unknown).substr(0, std::string(unknown).find('='));
    EXPECT_TRUE(has(refused({unknown}), name)) << refused({unknown});
  }
  EXPECT_TRUE(has(refused({"epoll"}), "epoll"));
  EXPECT_TRUE(has(refused({"--port=1", "8080"}), "8080"));
}

TEST(CommandLine, ReportsAnyErrorInOneLine) {
  EXPECT_TRUE(has(refused({"--mode=a\nb"}), "--mode=a\\x0Ab: expected "));
  EXPECT_TRUE(has(refused({"--port", "1\r\x1B[2K"}), "--port=1\\x0D\\x1B[2K: expected "));
  EXPECT_TRUE(has(refused({"--help=a\nb"}), "--help=a\\x0Ab: "));
  EXPECT_TRUE(has(refused({"--a\nb=c"}), "--a\\x0Ab: unknown option"));
  EXPECT_TRUE(has(refused({"a\nb"}), "a\\x0Ab: unexpected"));
  EXPECT_TRUE(has(refused({"--host=\xC3\xA9", "\xC3\xA9"}), "\xC3\xA9: unexpected"));
}

TEST(CommandLine, RefusesAFlagGivenTwice) { EXPECT_TRUE(has(refused({"--port=1", "--port=2"}), "--port")); }

TEST(CommandLine, RefusesConflictingValues) {
  EXPECT_TRUE(has(refused({"--port=5000", "--raw-port=5000"}), "--raw-port=5000"));
  EXPECT_TRUE(has(refused({"--raw-port=8000"}), "--raw-port=8000"));
  EXPECT_TRUE(parse_command_line({"--port=0", "--raw-port=0"}).options.has_value());
  for (const Mode& mode : modes()) {
    for (const Guard guard : {Guard::kNone, Guard::kMutex}) {
      const auto allowed = allowed_guards(mode.sharing);
      const bool is_allowed = std::find(allowed.begin(), allowed.end(), guard) != allowed.end();
      const std::vector<std::string> arguments = {"--mode=" + std::string(mode.name),
                                                  "--guard=" + std::string(to_string(guard))};
      if (is_allowed) {
        EXPECT_TRUE(parse_command_line(arguments).options.has_value());
      } else {
        EXPECT_TRUE(has(refused(arguments), arguments[1])) << arguments[0];
      }
    }
  }
}

TEST(CommandLine, HelpListsEveryFlag) {
  const std::string help = output("--help");
  for (const Flag& flag : flags()) EXPECT_TRUE(has(help, "  " + flag.name + "=")) << flag.name;
  for (const char* flag : {"--help", "--version", "--list-modes"}) EXPECT_TRUE(has(help, flag)) << flag;
  for (const Mode& mode : modes()) EXPECT_TRUE(has(help, std::string(mode.name)));
}

TEST(CommandLine, VersionNamesLibrariesAndModes) {
  const std::string version = output("--version");
  for (const char* name : {"majuscule ", "libuv ", "llhttp ", "spdlog "})
    EXPECT_TRUE(has(version, name)) << version;
  for (const Mode& mode : modes()) EXPECT_TRUE(has(version, std::string(mode.name)));
}

TEST(CommandLine, ListModesHasALineWithTheOptionsOfEachMode) {
  std::istringstream list(output("--list-modes"));
  std::string line;
  for (const Mode& mode : modes()) {
    ASSERT_TRUE(std::getline(list, line)) << mode.name;
    EXPECT_TRUE(line.starts_with(std::string(mode.name) + " ")) << line;
    EXPECT_TRUE(has(line, std::string(mode.summary))) << line;
    EXPECT_EQ(has(line, "no guard"), mode.sharing == Sharing::kOneThread) << line;
    EXPECT_EQ(has(line, "mutex") && has(line, "atomic") && has(line, "sharded"), !has(line, "no guard"))
        << line;
    for (const QueueOrder order : mode.queues) {
      EXPECT_TRUE(has(line, std::string(to_string(order)))) << line;
    }
    EXPECT_EQ(has(line, "no --queue"), mode.queues.empty()) << line;
    EXPECT_EQ(has(line, "--threads"), mode.has_pool) << line;
    const bool runs = mode.unavailable == nullptr || mode.unavailable().empty();
    EXPECT_NE(has(line, "cannot run here: "), runs) << line;
  }
  EXPECT_FALSE(std::getline(list, line)) << line;
}

TEST(CommandLine, ListModesShowsTheOptionsWithWorkers) {
  EXPECT_TRUE(has(output("--list-modes"), "epoll            one thread  no guard "));
  const CommandLine line = parse_command_line({"--workers=2", "--list-modes"});
  EXPECT_TRUE(has(line.output, "epoll            processes   atomic,mutex,sharded,none ")) << line.output;
}

TEST(CommandLine, ListModesAsJsonHasAnObjectForEachMode) {
  const auto list = nlohmann::json::parse(output("--list-modes=json"));
  ASSERT_EQ(list.size(), modes().size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Mode& mode = modes()[i];
    const nlohmann::json& found = list[i];
    EXPECT_EQ(found["name"], mode.name);
    EXPECT_EQ(found["summary"], mode.summary);
    EXPECT_EQ(found["built_in"], mode.built_in);
    EXPECT_EQ(found["runs_here"], mode.unavailable == nullptr || mode.unavailable().empty());
    EXPECT_EQ(found["why_not"].is_null(), found["runs_here"] == true);
    EXPECT_EQ(found["sharing"], to_string(mode.sharing));
    EXPECT_EQ(found["guards"].size(), allowed_guards(mode.sharing).size());
    EXPECT_EQ(found["queues"].size(), mode.queues.size());
    EXPECT_EQ(found["has_pool"], mode.has_pool);
    EXPECT_EQ(found["stages"] > 0, mode.has_pool);
    const auto options = found["options"].get<std::vector<std::string>>();
    for (const auto& [option, applies] : std::map<std::string, bool>{
             {"--threads", mode.has_pool},
             {"--queue", !mode.queues.empty()},
             {"--guard", mode.sharing != Sharing::kOneThread},
             {"--workers", true},
         }) {
      EXPECT_EQ(std::count(options.begin(), options.end(), option), applies ? 1 : 0) << mode.name << option;
    }
  }
}

TEST(CommandLine, ListModesAsJsonHasWhatAWaitingClientHolds) {
  std::map<std::string, std::string> holds;
  for (const auto& mode : nlohmann::json::parse(output("--list-modes=json")))
    holds[mode["name"]] = mode["holds"];
  EXPECT_EQ(holds["epoll"], "nothing");
  EXPECT_EQ(holds["threads"], "own thread");
  EXPECT_EQ(holds["pool"], "pool thread by client");
  EXPECT_EQ(holds["half-sync"], "pool thread by request");
  EXPECT_EQ(holds["sequential"], "only thread");
}

TEST(CommandLine, ListModesAsJsonShowsTheOptionsWithWorkers) {
  const CommandLine line = parse_command_line({"--workers=2", "--list-modes=json"});
  for (const auto& mode : nlohmann::json::parse(line.output)) {
    const Sharing sharing = sharing_of(*find_mode(mode["name"].get<std::string>()), 2);
    EXPECT_EQ(mode["sharing"], to_string(sharing));
    EXPECT_EQ(mode["guards"][0], to_string(allowed_guards(sharing)[0]));
    EXPECT_EQ(mode["workers_need_reuseport"], mode["name"] == "sigio");
  }
}

TEST(CommandLine, VersionAsJsonMatchesTheText) {
  const auto version = nlohmann::json::parse(output("--version=json"));
  const std::string lines = output("--version");
  for (const auto& [library, number] : version["libraries"].items()) {
    EXPECT_TRUE(has(lines, library + " " + number.get<std::string>() + "\n")) << library;
  }
  for (const char* name : {"commit", "built", "options"}) {
    EXPECT_TRUE(has(lines, std::string("\n") + name + " " + version[name].get<std::string>() + "\n")) << name;
  }
  for (const char* word : {"compiler", "build_type", "sanitizer"}) {
    const std::string value = version[word];
    EXPECT_FALSE(value.empty()) << word;
    EXPECT_TRUE(has(version["options"].get<std::string>(), "=" + value)) << word;
  }
  EXPECT_EQ(version["program"], "majuscule");
  EXPECT_TRUE(has(lines, "majuscule " + version["version"].get<std::string>() + "\n"));
}

TEST(CommandLine, PrintsOnlyTextOrJson) {
  EXPECT_TRUE(
      has(refused({"--list-modes=yes"}), "--list-modes=yes: expected --list-modes or --list-modes=json"));
  EXPECT_TRUE(has(refused({"--version="}), "--version or --version=json"));
}

TEST(Modes, AreFoundByTheirNames) {
  for (const Mode& mode : modes()) EXPECT_EQ(find_mode(mode.name), &mode);
  EXPECT_EQ(find_mode(""), nullptr);
  EXPECT_EQ(find_mode("Epoll"), nullptr);
  EXPECT_EQ(find_mode(Options().mode), &modes().front()) << "the default is listed first";
}

}  // namespace
}  // namespace majuscule::test
