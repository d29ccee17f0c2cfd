// SPDX-License-Identifier: MIT
// The document of /stats: its shape is a contract (docs/contract.md), and its figures are correct.
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "conformance/answers.hpp"
#include "majuscule/mode.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

using nlohmann::json;

class StatsDocument : public ModeTest {};
MAJUSCULE_RUN_IN_EVERY_MODE(StatsDocument);

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.insert(key);
  }
  return keys;
}

TEST_P(StatsDocument, HasExactlyTheKeysOfTheContract) {
  start();
  const json stats = json::parse(server().stats().document());
  EXPECT_EQ(keys_of(stats),
            (std::set<std::string>{"mode", "guard", "workers", "version", "libuv", "pid", "uptime_seconds",
                                   "requests", "responses", "connections", "bytes", "resources"}));
  EXPECT_EQ(keys_of(stats["responses"]),
            (std::set<std::string>{"200", "204", "400", "404", "405", "408", "413", "414", "417", "431",
                                   "500", "501", "503", "505"}));
  EXPECT_EQ(keys_of(stats["connections"]),
            (std::set<std::string>{"open", "accepted", "refused", "timed_out"}));
  EXPECT_EQ(keys_of(stats["bytes"]), (std::set<std::string>{"in", "out"}));
  EXPECT_EQ(keys_of(stats["resources"]),
            (std::set<std::string>{"user_seconds", "system_seconds", "voluntary_switches",
                                   "involuntary_switches", "max_rss_bytes", "threads"}));
}

TEST_P(StatsDocument, IsJsonAndHeadHasItsType) {
  start();
  HttpClient client = connect();
  const HttpResponse response = client.request(get("/stats"));
  expect_ok(response, response.body, Connection::kStays, "application/json");
  EXPECT_EQ(client.request(request("HEAD", "/stats"), Body::kNone).header("Content-Type"),
            "application/json");
}

TEST_P(StatsDocument, NamesTheServer) {
  start();
  const json stats = json::parse(server().stats().document());
  const Mode* mode = find_mode(GetParam());
  ASSERT_NE(mode, nullptr);
  EXPECT_EQ(stats["mode"], GetParam());
  EXPECT_EQ(stats["guard"], to_string(allowed_guards(mode->sharing).front()));
  EXPECT_EQ(stats["workers"], 1);
  EXPECT_EQ(stats["pid"], server().process().pid());
  const std::string versions = run_majuscule({"--version"}).output;
  EXPECT_NE(versions.find(stats["version"].get<std::string>()), std::string::npos) << versions;
  EXPECT_NE(versions.find(stats["libuv"].get<std::string>()), std::string::npos) << versions;
}

TEST_P(StatsDocument, CountsAnswersByTheirStatus) {
  start();
  HttpClient client = connect();
  for (int i = 0; i < 3; ++i) {
    expect_error(client.request(get("/nothing")), 404, Connection::kStays);
  }
  for (int i = 0; i < 2; ++i) {
    expect_error(client.request(get("/capitalize?text=%")), 400, Connection::kStays);
  }
  EXPECT_EQ(client.request(request("DELETE", "/")).status, 405);
  EXPECT_EQ(client.request("garbage\r\n").status, 400);
  client.tcp().close();
  const Stats stats = server().stats();
  EXPECT_EQ(stats["responses/200"], 0);
  EXPECT_EQ(stats["responses/404"], 3);
  EXPECT_EQ(stats["responses/400"], 3);
  EXPECT_EQ(stats["responses/405"], 1);
  EXPECT_EQ(stats["responses/505"], 0);
}

/// A document counts all earlier answers, but not its own request.
TEST_P(StatsDocument, CountsEveryByteInAndOut) {
  start();
  HttpClient client = connect();
  const std::string large = post(std::string(200'000, 'L'));
  const std::string small = get("/nothing");
  const HttpResponse first = client.request(get("/stats"));
  const std::size_t answers = client.request(large).raw.size() + client.request(small).raw.size();
  const Stats before(first.body);
  const Stats after = stats_over(client);
  EXPECT_EQ(static_cast<std::size_t>(after["bytes/in"] - before["bytes/in"]),
            get("/stats").size() + large.size() + small.size());
  EXPECT_EQ(static_cast<std::size_t>(after["bytes/out"] - before["bytes/out"]), first.raw.size() + answers);
}

TEST_P(StatsDocument, HasTheResourcesOfTheServer) {
  start();
  HttpClient client = connect();
  const Stats first = stats_over(client);
  for (int i = 0; i < 200; ++i) {
    expect_ok(client.request(get("/capitalize?text=a")), "A");
  }
  const Stats second = stats_over(client);
  EXPECT_GT(first.real("uptime_seconds"), 0.0);
  EXPECT_GT(second.real("uptime_seconds"), first.real("uptime_seconds"));
  EXPECT_GE(second["resources/max_rss_bytes"], 1024 * 1024);
  EXPECT_GE(second["resources/threads"], 1);
  for (const char* name : {"user_seconds", "system_seconds", "voluntary_switches", "involuntary_switches"}) {
    SCOPED_TRACE(name);
    const std::string path = "resources/" + std::string(name);
    EXPECT_GE(first.real(path), 0.0);
    EXPECT_GE(second.real(path), first.real(path));
  }
  EXPECT_GT(second.real("resources/user_seconds") + second.real("resources/system_seconds"), 0.0);
}

TEST_P(StatsDocument, CountsAcceptedAndOpenConnections) {
  start();
  HttpClient client = connect();
  const Stats first = stats_over(client);
  EXPECT_EQ(first["connections/open"], 1);
  EXPECT_EQ(first["connections/accepted"], 1);
  EXPECT_EQ(first["connections/refused"], 0);
  EXPECT_EQ(first["connections/timed_out"], 0);
  client.tcp().close();
  EXPECT_TRUE(eventually([this] { return server().stats()["connections/open"] == 1; }));
  EXPECT_GE(server().stats()["connections/accepted"], 3);
}

}  // namespace
}  // namespace majuscule::test
