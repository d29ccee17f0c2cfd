// SPDX-License-Identifier: MIT
// The routes, the counters, the tasks, and the stats document.
#include "app/capitalize_service.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr Task kTask{TaskKind::kSleep, 200ms};

class CapitalizeServiceTest : public ::testing::Test {
 protected:
  void with_task(std::uint64_t every) {
    Options options;
    options.task = kTask;
    options.task_every = every;
    service_.emplace(options, info_);
  }

  /// Parses the request from bytes, as the server does.
  Outcome ask(std::string_view method, std::string_view target, std::string_view body = {},
              bool draining = false) {
    RequestContext request_context;
    const Limits limits;
    request_context.parser.begin(limits);
    request_context.parser.feed(
        std::string(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: a\r\n") +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    EXPECT_EQ(request_context.parser.state(), RequestParser::State::kComplete) << method << " " << target;
    return service_->handle(request_context.request, instant(kStart + 1500ms, draining));
  }

  FakeCounters counters_;
  ServerInfo info_{.mode = "epoll",
                   .guard = "none",
                   .libuv_version = "1.2.3",
                   .pid = 42,
                   .started = kStart,
                   .counters = counters_,
                   .resources = [] { return Resources{0.5, 0.25, 1, 2, 4096, 3}; }};
  std::optional<CapitalizeService> service_{std::in_place, Options(), info_};
};

TEST_F(CapitalizeServiceTest, CapitalizesABody) {
  const Outcome outcome = ask("POST", "/capitalize", "hello WORLD");
  EXPECT_EQ(outcome.reply.status, 200);
  EXPECT_EQ(outcome.reply.body, "Hello world");
  EXPECT_EQ(outcome.reply.content_type, kPlainText);
  EXPECT_TRUE(outcome.reply.counts);
  EXPECT_EQ(outcome.task, Task());
  EXPECT_EQ(ask("POST", "/capitalize").reply.body, "");
  EXPECT_EQ(ask("POST", "/capitalize?text=x", "a").reply.body, "A");
}

TEST_F(CapitalizeServiceTest, CapitalizesTheQueryText) {
  const Outcome outcome = ask("GET", "/capitalize?text=hello+WORLD%21&text=no");
  EXPECT_EQ(outcome.reply.status, 200);
  EXPECT_EQ(outcome.reply.body, "Hello world!");
  EXPECT_TRUE(outcome.reply.counts);
  EXPECT_EQ(ask("GET", "/capitalize?text=").reply.body, "");
  EXPECT_EQ(ask("GET", "/capitalize?a=b&text=%c3%89T").reply.body, "\xC3\x89t");
}

TEST_F(CapitalizeServiceTest, RefusesABadQueryText) {
  for (const char* target : {"/capitalize", "/capitalize?", "/capitalize?txt=a", "/capitalize?text=%zz",
                             "/capitalize?text=a%2", "/capitalize?text=%zz&text=a"}) {
    const Outcome outcome = ask("GET", target);
    EXPECT_EQ(outcome.reply.status, 400) << target;
    EXPECT_TRUE(outcome.reply.body.starts_with("400 Bad Request: ")) << outcome.reply.body;
    EXPECT_FALSE(outcome.reply.counts);
    EXPECT_FALSE(outcome.reply.close) << "the framing is valid";
  }
}

TEST_F(CapitalizeServiceTest, CapitalizesARawMessage) {
  Request request;
  request.body = "hELLO";
  const Outcome outcome = service_->handle(request, instant());
  EXPECT_EQ(outcome.reply.body, "Hello");
  EXPECT_TRUE(outcome.reply.counts);
}

TEST_F(CapitalizeServiceTest, HasARouteForEachPath) {
  EXPECT_EQ(ask("GET", "/healthz").reply.body, "ok");
  EXPECT_EQ(ask("GET", "/healthz?a").reply.body, "ok");
  const Reply home = ask("GET", "/").reply;
  EXPECT_EQ(home.status, 200);
  for (const char* word : {"Majuscule", "epoll", "/capitalize", "/stats", "/healthz"}) {
    EXPECT_NE(home.body.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(ask("GET", "http://b/healthz").reply.body, "ok");
  EXPECT_EQ(ask("GET", "http://b").reply.body, home.body) << "RFC 9110, 4.2.3: an empty path is /";
  EXPECT_EQ(ask("GET", "http://b?c").reply.body, home.body);
}

TEST_F(CapitalizeServiceTest, RefusesOtherPaths) {
  for (const char* target :
       {"/nothing", "/capitalize/", "/Capitalize", "//capitalize", "/%63apitalize", "/stats/x"}) {
    for (const char* method : {"GET", "HEAD", "POST", "DELETE", "PUT"}) {
      EXPECT_EQ(ask(method, target).reply.status, 404) << method << " " << target;
    }
  }
}

TEST_F(CapitalizeServiceTest, ListsTheMethodsOfAPathInAllow) {
  for (const char* method : {"PUT", "DELETE", "TRACE", "PATCH"}) {
    const Reply reply = ask(method, "/capitalize").reply;
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.fields, "Allow: GET, HEAD, OPTIONS, POST\r\n");
  }
  for (const char* target : {"/", "/healthz", "/stats"}) {
    const Reply reply = ask("POST", target).reply;
    EXPECT_EQ(reply.status, 405) << target;
    EXPECT_EQ(reply.fields, "Allow: GET, HEAD, OPTIONS\r\n");
  }
  EXPECT_EQ(ask("CONNECT", "a:443").reply.status, 405);
}

TEST_F(CapitalizeServiceTest, AnswersOptionsOfAnyPath) {
  with_task(1);
  const std::pair<const char*, const char*> allowed[] = {
      {"*", "GET, HEAD, OPTIONS, POST"},  {"/capitalize", "GET, HEAD, OPTIONS, POST"},
      {"/", "GET, HEAD, OPTIONS"},        {"/stats?a", "GET, HEAD, OPTIONS"},
      {"/healthz", "GET, HEAD, OPTIONS"}, {"/nothing", "OPTIONS"},
      {"http://b", "GET, HEAD, OPTIONS"},
  };
  for (const auto& [target, methods] : allowed) {
    const Outcome outcome = ask("OPTIONS", target, "a body", /*draining=*/true);
    EXPECT_EQ(outcome.reply.status, 204) << target;
    EXPECT_EQ(outcome.reply.fields, std::string("Allow: ") + methods + "\r\n") << target;
    EXPECT_EQ(outcome.reply.body, "") << target;
    EXPECT_FALSE(outcome.reply.counts);
    EXPECT_EQ(outcome.task, Task());
  }
}

TEST_F(CapitalizeServiceTest, HealthzReportsTheDrain) {
  const Reply reply = ask("GET", "/healthz", "", /*draining=*/true).reply;
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.body, "draining");
  EXPECT_EQ(ask("GET", "/capitalize?text=a", "", /*draining=*/true).reply.status, 200);
}

TEST_F(CapitalizeServiceTest, HeadIsLikeGetWithoutCountAndTask) {
  with_task(1);
  for (const char* target : {"/", "/healthz", "/capitalize?text=hello", "/capitalize", "/nothing"}) {
    const Outcome get = ask("GET", target);
    const Outcome head = ask("HEAD", target);
    EXPECT_EQ(head.reply.status, get.reply.status) << target;
    EXPECT_EQ(head.reply.body, get.reply.body) << target;
    EXPECT_EQ(head.reply.content_type, get.reply.content_type);
    EXPECT_FALSE(head.reply.counts);
    EXPECT_EQ(head.task, Task());
  }
}

TEST_F(CapitalizeServiceTest, HasATaskForCapitalizeRequestsOnly) {
  with_task(1);
  EXPECT_EQ(ask("POST", "/capitalize", "a").task, kTask);
  EXPECT_EQ(ask("GET", "/capitalize?text=a").task, kTask);
  Request raw;
  raw.body = "a";
  EXPECT_EQ(service_->handle(raw, instant()).task, kTask);
  for (const char* target : {"/", "/healthz", "/stats", "/capitalize", "/capitalize?text=%", "/nothing"}) {
    EXPECT_EQ(ask("GET", target).task, Task()) << target;
  }
}

TEST_F(CapitalizeServiceTest, HasATaskForEveryKthRequest) {
  with_task(3);
  for (int i = 1; i <= 12; ++i) {
    EXPECT_EQ(ask("HEAD", "/capitalize?text=a").task, Task());
    EXPECT_EQ(ask("GET", "/healthz").task, Task());
    EXPECT_EQ(ask("GET", "/capitalize?text=%").task, Task());
    const Outcome outcome = i % 2 == 0 ? ask("POST", "/capitalize", "a") : ask("GET", "/capitalize?text=a");
    EXPECT_EQ(outcome.task, i % 3 == 0 ? kTask : Task()) << i;
  }
}

TEST_F(CapitalizeServiceTest, AnswersStats) {
  counters_.add({.requests = 7,
                 .status = 200,
                 .accepted = 5,
                 .closed = 2,
                 .refused = 1,
                 .timed_out = 3,
                 .bytes_in = 10,
                 .bytes_out = 20});
  const Reply reply = ask("GET", "/stats").reply;
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_FALSE(reply.counts);
  const Json stats = Json::parse(reply.body);
  Json responses;
  for (const std::uint16_t status : kStatuses) responses[std::to_string(status)] = status == 200 ? 1 : 0;
  const Json expected = {
      {"mode", "epoll"},
      {"guard", "none"},
      {"workers", 1},
      {"version", stats.at("version")},
      {"libuv", "1.2.3"},
      {"pid", 42},
      {"uptime_seconds", 1.5},
      {"requests", 7},
      {"responses", responses},
      {"connections", {{"open", 3}, {"accepted", 5}, {"refused", 1}, {"timed_out", 3}}},
      {"bytes", {{"in", 10}, {"out", 20}}},
      {"resources",
       {{"user_seconds", 0.5},
        {"system_seconds", 0.25},
        {"voluntary_switches", 1},
        {"involuntary_switches", 2},
        {"max_rss_bytes", 4096},
        {"threads", 3}}},
  };
  EXPECT_EQ(stats, expected);
  EXPECT_TRUE(stats.at("version").is_string());
  EXPECT_LT(reply.body.find("\"mode\""), reply.body.find("\"requests\""))
      << "in the order of the documentation";
}

TEST_F(CapitalizeServiceTest, StatsHaveTheGuardNote) {
  EXPECT_FALSE(Json::parse(ask("GET", "/stats").reply.body).contains("guard_note"));
  info_.guard_note = "something";
  with_task(1);
  EXPECT_EQ(Json::parse(ask("GET", "/stats").reply.body).at("guard_note"), "something");
}

TEST_F(CapitalizeServiceTest, StatsHaveTheLogLosses) {
  EXPECT_FALSE(Json::parse(ask("GET", "/stats").reply.body).contains("log"));
  info_.log_losses = [] { return LogLosses{true, 7, 2}; };
  with_task(1);
  const Json expected = {{"lost_lines", 7}, {"lost_messages", 2}};
  EXPECT_EQ(Json::parse(ask("GET", "/stats").reply.body).at("log"), expected);
}

}  // namespace
}  // namespace majuscule::test
