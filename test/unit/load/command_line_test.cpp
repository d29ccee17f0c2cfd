// SPDX-License-Identifier: MIT
// The load client's command line as a value: each flag in both forms, each refusal naming its flag, and the
// texts.
#include "load/command_line.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

const std::string kUrl = "http://127.0.0.1:8000/x";

struct Flag {
  std::string name;
  std::string good;
  std::function<bool(const LoadOptions&)> is_set;
  std::vector<std::string> bad;
  std::vector<std::string> with = {kUrl};  ///< other options that it requires
};

const std::vector<std::string> kBadNumbers = {"0",  "-1", "x",  "",    "1.5", "99999999999999999999999",
                                              "1x", " 1", "+1", "1e3", "0x1"};
const std::vector<std::string> kBadDurations = {"0s", "-1s", "x", "", "5", "5 s", "5m", "1e3s"};

std::vector<std::string> and_also(std::vector<std::string> bad, const std::vector<std::string>& more) {
  bad.insert(bad.end(), more.begin(), more.end());
  return bad;
}

/// The same values without zero.
std::vector<std::string> but_zero(std::vector<std::string> bad) {
  bad.erase(bad.begin());
  return bad;
}

std::vector<Flag> flags() {
  using O = const LoadOptions&;
  return {
      {"--connections", "64", [](O o) { return o.config.connections == 64; },
       and_also(kBadNumbers, {"1000001"})},
      {"--rate",
       "1000.5",
       [](O o) { return o.config.rate == 1000.5; },
       {"0", "-1", "x", "", "1e3", "inf", "nan", "1x", "0.0001", "10000001", ".5", "+1", "1/s"}},
      {"--arrivals",
       "poisson",
       [](O o) { return o.config.arrivals == Arrivals::kPoisson; },
       {"", "Poisson", "x", "uniform"},
       {kUrl, "--rate=1"}},
      {"--duration", "1.5s", [](O o) { return o.config.duration == 1500ms; }, kBadDurations},
      {"--requests", "2000", [](O o) { return o.config.requests == 2000U; }, kBadNumbers},
      {"--warmup", "200ms", [](O o) { return o.config.warmup == 200ms; }, but_zero(kBadDurations)},
      {"--settle", "100ms", [](O o) { return o.config.settle == 100ms; }, but_zero(kBadDurations)},
      {"--timeout", "2min", [](O o) { return o.config.timeout == 2min; }, kBadDurations},
      {"--idle", "9", [](O o) { return o.idle == 9; }, and_also(but_zero(kBadNumbers), {"1000001"})},
      {"--seed", "18446744073709551615", [](O o) { return o.config.seed == UINT64_MAX; },
       but_zero(kBadNumbers)},
      {"--cpu", "1", [](O o) { return o.cpu == 1U; }, and_also(but_zero(kBadNumbers), {"1024"})},
      {"--sources", "250", [](O o) { return o.sources == 250U; }, and_also(kBadNumbers, {"251"})},
      {"--pipeline", "16", [](O o) { return o.config.pipeline == 16; }, and_also(kBadNumbers, {"1025"})},
      {"--requests-per-connection", "3", [](O o) { return o.config.requests_per_connection == 3U; },
       kBadNumbers},
      {"--body-size",
       "16KiB",
       [](O o) { return o.body_size == 16U * 1024; },
       {"-1", "x", "", "1.5KiB", "1TiB", "99999999999999999999999"}},
      {"--text",
       "a B",
       [](O o) { return o.text == "a B"; },
       {"", std::string(1025, 'a')},
       {"raw://127.0.0.1:9000"}},
      {"--check", "any", [](O o) { return o.check == BodyCheck::kAny; }, {"", "none", "ANY", "auto,any"}},
      {"--hgrm", "/tmp/a run", [](O o) { return o.hgrm == "/tmp/a run"; }, {""}},
      {"--assert",
       "p99<=5ms",
       [](O o) { return o.assertions.size() == 1; },
       {"", "p99", "p99=5ms", "p99<5", "p101<5ms"}},
  };
}

std::vector<std::string> joined(const Flag& flag, const std::string& value) {
  std::vector<std::string> arguments = flag.with;
  arguments.push_back(flag.name + "=" + value);
  return arguments;
}

/// Returns the options, which must be valid.
LoadOptions taken(const std::vector<std::string>& arguments) {
  const LoadCommandLine line = parse_load_command_line(arguments);
  EXPECT_TRUE(line.options) << line.error;
  EXPECT_EQ(line.error, "");
  EXPECT_EQ(line.output, "");
  return line.options.value_or(LoadOptions());
}

/// Returns the line for stderr, after checking that there is nothing else.
std::string refused(const std::vector<std::string>& arguments) {
  const LoadCommandLine line = parse_load_command_line(arguments);
  EXPECT_FALSE(line.options.has_value());
  EXPECT_EQ(line.output, "");
  EXPECT_TRUE(line.error.starts_with("majuscule-load: ")) << line.error;
  EXPECT_EQ(line.error.find('\n'), std::string::npos) << "one line: " << line.error;
  return line.error;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(LoadCommandLine, HasTheDocumentedDefaults) {
  const LoadOptions o = taken({kUrl});
  EXPECT_FALSE(o.target.raw);
  EXPECT_EQ(o.target.authority(), "127.0.0.1:8000");
  EXPECT_EQ(o.target.path, "/x");
  EXPECT_EQ(o.config.connections, 1U);
  EXPECT_EQ(o.config.pipeline, 1U);
  EXPECT_FALSE(o.config.requests_per_connection);
  EXPECT_FALSE(o.config.rate) << "a closed loop";
  EXPECT_EQ(o.config.arrivals, Arrivals::kFixed);
  EXPECT_EQ(o.config.duration, 10s);
  EXPECT_FALSE(o.config.requests);
  EXPECT_EQ(o.config.warmup, 0s);
  EXPECT_EQ(o.config.timeout, 10s);
  EXPECT_FALSE(o.body_size) << "GET";
  EXPECT_EQ(o.text, "hello WORLD");
  EXPECT_EQ(o.check, BodyCheck::kAuto);
  EXPECT_EQ(o.idle, 0U);
  EXPECT_FALSE(o.sources);
  EXPECT_FALSE(o.cpu);
  EXPECT_FALSE(o.json);
  EXPECT_EQ(o.hgrm, "");
  EXPECT_TRUE(o.assertions.empty());
}

TEST(LoadCommandLine, TakesEveryFlagInBothFormsOnEitherSideOfTheUrl) {
  for (const Flag& flag : flags()) {
    EXPECT_TRUE(flag.is_set(taken(joined(flag, flag.good)))) << flag.name;
    std::vector<std::string> apart = {flag.name, flag.good};
    apart.insert(apart.end(), flag.with.begin(), flag.with.end());
    EXPECT_TRUE(flag.is_set(taken(apart))) << flag.name;
  }
}

TEST(LoadCommandLine, TakesAllFlagsTogether) {
  std::vector<std::string> arguments = {kUrl, "--json"};
  for (const Flag& flag : flags()) {
    if (flag.name != "--text") arguments.push_back(flag.name + "=" + flag.good);
  }
  const LoadOptions o = taken(arguments);
  EXPECT_TRUE(o.json);
  for (const Flag& flag : flags()) EXPECT_TRUE(flag.name == "--text" || flag.is_set(o)) << flag.name;
}

TEST(LoadCommandLine, RefusesEveryBadValueAndNamesTheRightForm) {
  for (const Flag& flag : flags()) {
    for (const std::string& bad : flag.bad) {
      const std::string line = refused(joined(flag, bad));
      EXPECT_TRUE(has(line, flag.name + "=" + bad + ": expected ")) << line;
    }
  }
}

TEST(LoadCommandLine, RefusesAValueThatIsMissingOrGivenTwice) {
  for (const Flag& flag : flags()) {
    EXPECT_TRUE(has(refused({kUrl, flag.name}), flag.name + ": expected a value")) << flag.name;
    if (flag.name == "--assert") continue;
    std::vector<std::string> twice = joined(flag, flag.good);
    twice.push_back(twice.back());
    EXPECT_TRUE(has(refused(twice), flag.name + ": given more than once")) << flag.name;
  }
}

TEST(LoadCommandLine, TakesSeveralAssertions) {
  EXPECT_EQ(
      taken({kUrl, "--assert=p99<5ms", "--assert", "rate>10", "--assert=service.max<1s"}).assertions.size(),
      3U);
}

TEST(LoadCommandLine, AcceptsZeroWhereItMeansNone) {
  EXPECT_EQ(taken({kUrl, "--warmup=0s"}).config.warmup, 0s);
  EXPECT_EQ(taken({kUrl, "--idle=0"}).idle, 0U);
  EXPECT_EQ(taken({kUrl, "--body-size=0"}).body_size, 0U);
  EXPECT_EQ(taken({kUrl, "--seed=0"}).config.seed, 0U);
  EXPECT_EQ(taken({kUrl, "--cpu=0"}).cpu, 0U);
}

TEST(LoadCommandLine, HasNoDefaultDurationWithANumberOfRequests) {
  EXPECT_FALSE(taken({kUrl, "--requests=5"}).config.duration);
  const LoadOptions both = taken({kUrl, "--requests=5", "--duration=1s"});
  EXPECT_EQ(both.config.requests, 5U);
  EXPECT_EQ(both.config.duration, 1s);
}

TEST(LoadCommandLine, AcceptsEveryCheckAndKindOfArrivals) {
  EXPECT_EQ(taken({kUrl, "--check=auto"}).check, BodyCheck::kAuto);
  EXPECT_EQ(taken({kUrl, "--check=same"}).check, BodyCheck::kSame);
  EXPECT_EQ(taken({kUrl, "--rate=1", "--arrivals=fixed"}).config.arrivals, Arrivals::kFixed);
}

TEST(LoadCommandLine, ClosesAfterEachRequestWhenToldAndInTheRawProtocol) {
  EXPECT_EQ(taken({kUrl, "--close"}).config.requests_per_connection, 1U);
  EXPECT_EQ(taken({"raw://127.0.0.1:9000"}).config.requests_per_connection, 1U);
}

TEST(LoadCommandLine, ChoosesAnotherSeedEachTime) {
  const auto seed = [] { return taken({kUrl}).config.seed; };
  EXPECT_FALSE(seed() == seed() && seed() == seed() && seed() == seed());
}

TEST(LoadCommandLine, NeedsOneUrl) {
  EXPECT_TRUE(has(refused({}), "no URL; expected http://HOST:PORT/PATH"));
  EXPECT_TRUE(has(refused({"--json"}), "no URL"));
  EXPECT_TRUE(has(refused({kUrl, "http://b/"}), "http://b/: unexpected"));
  for (const char* bad :
       {"localhost:8000", "ftp://a/", "http://me@a/", "http://", "http://[a]/", "http://[::1/"}) {
    EXPECT_TRUE(has(refused({bad}), "; expected http://HOST:PORT/PATH or raw://HOST:PORT")) << bad;
  }
}

TEST(LoadCommandLine, NeverShowsAPassword) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"http://me:secret@a/"},
                                             {"http://me:secret@a/", "--json"},
                                             {kUrl, "http://me:secret@a/"},
                                             {"https://me:secret@a/"},
                                             {"http://me:secret@[::1/"},
                                             {"--rate=http://me:secret@a/"}}) {
    const std::string said = refused(arguments);
    EXPECT_FALSE(has(said, "secret")) << said;
    EXPECT_FALSE(has(said, "me:")) << said;
  }
  EXPECT_TRUE(
      has(refused({"http://me:secret@a/"}), "http://a/: a user or a password in the URL is not supported"));
}

TEST(LoadCommandLine, RefusesUnknownOptions) {
  for (const char* unknown : {"--nothing", "--connection=2", "--rates=1", "--port=1", "-c", "-x"}) {
    const std::string name = std::string(unknown).substr(0, std::string(unknown).find('='));
    EXPECT_TRUE(has(refused({kUrl, unknown}), name + ": unknown option")) << unknown;
  }
  for (const char* flag : {"--close", "--json", "--help"}) {
    EXPECT_TRUE(has(refused({kUrl, flag + std::string("=1")}), "takes no value")) << flag;
  }
}

TEST(LoadCommandLine, RefusesConflictingValues) {
  EXPECT_TRUE(has(refused({kUrl, "--close", "--requests-per-connection=2"}), "--close: "));
  EXPECT_TRUE(has(refused({kUrl, "--arrivals=fixed"}), "--arrivals: requires --rate"));
  EXPECT_TRUE(has(refused({kUrl, "--text=a"}), "--text: requires a raw://"));
  for (const char* of_http : {"--close", "--requests-per-connection=1", "--body-size=1", "--pipeline=2"}) {
    EXPECT_TRUE(has(refused({"raw://127.0.0.1:9000", of_http}), "raw://: sends one message per connection"))
        << of_http;
  }
}

TEST(LoadCommandLine, ReportsAnyErrorInOneLine) {
  EXPECT_TRUE(has(refused({kUrl, "--rate=1\n2"}), "--rate=1\\x0A2: expected "));
  EXPECT_TRUE(has(refused({"http://a\n"}), "http://a\\x0A: a URL may contain only"));
}

TEST(LoadCommandLine, HelpListsEveryFlagAndExitCode) {
  const LoadCommandLine line = parse_load_command_line({"--help"});
  EXPECT_FALSE(line.options);
  EXPECT_EQ(line.error, "");
  for (const Flag& flag : flags()) EXPECT_TRUE(has(line.output, "\n  " + flag.name + "=")) << flag.name;
  for (const char* part :
       {"\n  --close ", "\n  --json ", "\n  --version[=json] ", "\n  --help ", "raw://HOST:PORT",
        "Exit codes: 0 done, 1 the run is not valid", "3 an --assert does not hold.\n"}) {
    EXPECT_TRUE(has(line.output, part)) << part;
  }
}

TEST(LoadCommandLine, VersionNamesTheProgram) {
  const LoadCommandLine line = parse_load_command_line({"--version"});
  EXPECT_FALSE(line.options);
  EXPECT_TRUE(line.output.starts_with("majuscule-load ")) << line.output;
  EXPECT_TRUE(line.output.ends_with("\n"));
}

TEST(LoadCommandLine, VersionAsJsonNamesTheProgramAndItsCommit) {
  const LoadCommandLine line = parse_load_command_line({"--version=json"});
  EXPECT_TRUE(line.output.starts_with(R"({"program":"majuscule-load","version":")")) << line.output;
  EXPECT_TRUE(has(line.output, R"("commit":")")) << line.output;
}

TEST(InWords, DescribesTheLoad) {
  EXPECT_EQ(in_words(taken({kUrl})), "GET http://127.0.0.1:8000/x, 1 connection, closed loop, for 10.0 s");
  EXPECT_EQ(
      in_words(taken({"http://[::1]:80/capitalize", "--connections=64", "--body-size=512", "--rate=1000",
                      "--arrivals=poisson", "--seed=7", "--pipeline=4", "--requests-per-connection=100",
                      "--idle=9", "--requests=5000", "--duration=2min", "--warmup=500ms"})),
      "POST http://[::1]:80/capitalize with 512 bytes, 64 connections beside 9 silent ones, 4 requests in "
      "flight "
      "on each, closed after 100 requests, open loop at 1000.0 requests/s (Poisson, seed 7), 5000 requests, "
      "for "
      "2.00 min after 500 ms of warm-up");
  EXPECT_EQ(in_words(taken({"raw://127.0.0.1:9000", "--rate=5", "--duration=1s"})),
            "raw://127.0.0.1:9000, 1 connection, open loop at 5 requests/s (fixed), for 1.00 s");
  EXPECT_EQ(in_words(taken({"http://a/", "--close", "--requests=1"})),
            "GET http://a:80/, 1 connection, closed after 1 request, closed loop, 1 request");
}

}  // namespace
}  // namespace majuscule::test
