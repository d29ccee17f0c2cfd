// SPDX-License-Identifier: MIT
// The routes of docs/contract.md: each request's answer, byte for byte except for the date, and the same in
// every mode.
#include <time.h>

#include <algorithm>
#include <ctime>
#include <set>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class Routes : public ModeTest {
 protected:
  void SetUp() override { start(); }

  /// Returns the answer to the only request of a new client.
  HttpResponse answer_to(const std::string& text) { return connect().request(text); }
};
MAJUSCULE_RUN_IN_EVERY_MODE(Routes);

std::set<std::string> methods_in(const std::string& allow) {
  std::set<std::string> methods;
  for (std::size_t start = 0; start < allow.size();) {
    const std::size_t end = std::min(allow.find(", ", start), allow.size());
    methods.insert(allow.substr(start, end - start));
    start = end + 2;
  }
  return methods;
}

TEST_P(Routes, CapitalizesThePostedBody) {
  expect_ok(answer_to(post("hELLO wORLD, 42 Times")), "Hello world, 42 times");
}

TEST_P(Routes, CapitalizesTheTextOfTheQuery) {
  expect_ok(answer_to(get("/capitalize?text=hello+WORLD%21")), "Hello world!");
}

TEST_P(Routes, CapitalizesEveryByteValueAsAsciiOnly) {
  std::string bytes;
  for (const int rotation : {0x00, 0x41, 0x61, 0x80}) {
    std::string all;
    for (int value = 0; value < 256; ++value) {
      all.push_back(static_cast<char>((value + rotation) % 256));
    }
    expect_ok(answer_to(post(all)), capitalized(all));
  }
}

TEST_P(Routes, EmptyBodyGivesEmptyAnswer) {
  HttpClient client = connect();
  expect_ok(client.request(post("")), "");
  expect_ok(client.request(get("/capitalize?text=")), "");
  expect_ok(client.request(request("POST", "/capitalize")), "");
}

TEST_P(Routes, FirstTextOfTheQueryCounts) {
  HttpClient client = connect();
  expect_ok(client.request(get("/capitalize?text=abc&text=def")), "Abc");
  expect_ok(client.request(get("/capitalize?other=1&text=abc&x=y")), "Abc");
  expect_ok(client.request(get("/capitalize?context=no&text=yes")), "Yes");
}

TEST_P(Routes, DecodesEscapesOfTheQuery) {
  HttpClient client = connect();
  expect_ok(client.request(get("/capitalize?text=a%2Bb+c%20d%26e%3Df")), "A+b c d&e=f");
  expect_ok(client.request(get("/capitalize?text=%C3%84%c3%a4%00%fF")),
            std::string("\xC3\x84\xC3\xA4\0\xFF", 6));
  expect_ok(client.request(get("/capitalize?text=%61%42")), "Ab");
}

TEST_P(Routes, BadEscapeOrNoTextIs400AndTheConnectionStaysOpen) {
  HttpClient client = connect();
  for (const char* target : {"/capitalize", "/capitalize?", "/capitalize?other=a", "/capitalize?TEXT=a",
                             "/capitalize?text=%", "/capitalize?text=%4", "/capitalize?text=%zz",
                             "/capitalize?text=a%", "/capitalize?text=%%30", "/capitalize?text=%+1&text=b"}) {
    SCOPED_TRACE(target);
    expect_error(client.request(get(target)), 400, Connection::kStays);
  }
  expect_ok(client.request(get("/capitalize?text=still+here")), "Still here");
}

TEST_P(Routes, HealthzSaysOk) { expect_ok(answer_to(get("/healthz")), "ok"); }

TEST_P(Routes, RootPageNamesTheModeAndThePaths) {
  const HttpResponse response = answer_to(get("/"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), kPlainText);
  for (const std::string& part : {std::string("ajuscule"), GetParam(), std::string("/capitalize"),
                                  std::string("/healthz"), std::string("/stats")}) {
    EXPECT_NE(response.body.find(part), std::string::npos) << part << " is missing in:\n" << response.body;
  }
}

TEST_P(Routes, QueryIsNoPartOfThePath) {
  expect_ok(answer_to(get("/healthz?verbose=1")), "ok");
  EXPECT_EQ(answer_to(get("/?x")).status, 200);
}

TEST_P(Routes, UnknownPathIs404AndTheConnectionStaysOpen) {
  HttpClient client = connect();
  for (const char* path :
       {"/nothing", "/capitalize/", "/capitalizes", "//", "/HEALTHZ", "/healthz/../stats"}) {
    SCOPED_TRACE(path);
    expect_error(client.request(get(path)), 404, Connection::kStays);
  }
  expect_ok(client.request(get("/healthz")), "ok");
}

TEST_P(Routes, HeadHasTheHeadersOfGetAndNoBody) {
  for (const char* target : {"/", "/healthz", "/capitalize?text=abc", "/nothing", "/capitalize"}) {
    SCOPED_TRACE(target);
    HttpClient client = connect();
    const HttpResponse whole = client.request(get(target));
    const HttpResponse head = client.request(request("HEAD", target), Body::kNone);
    EXPECT_EQ(head.without_date() + whole.body, whole.without_date());
    expect_ok(client.request(get("/healthz")), "ok");
  }
  HttpClient client = connect();
  EXPECT_EQ(client.request(request("HEAD", "/stats"), Body::kNone).status, 200);
  expect_ok(client.request(get("/healthz")), "ok");
}

TEST_P(Routes, MethodThatIsNotAllowedIs405WithAllow) {
  struct Path {
    const char* path;
    std::set<std::string> allowed;
  };
  const Path paths[] = {{"/", {"GET", "HEAD", "OPTIONS"}},
                        {"/healthz", {"GET", "HEAD", "OPTIONS"}},
                        {"/stats", {"GET", "HEAD", "OPTIONS"}},
                        {"/capitalize", {"GET", "HEAD", "OPTIONS", "POST"}}};
  for (const Path& each : paths) {
    HttpClient client = connect();
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
      if (each.allowed.contains(method)) {
        continue;
      }
      SCOPED_TRACE(std::string(method) + " " + each.path);
      const HttpResponse response =
          client.request(request(method, each.path, "Content-Length: 4\r\n") + "body");
      const std::string allow = response.header("Allow").value_or("");
      EXPECT_EQ(methods_in(allow), each.allowed);
      expect_error(response, 405, Connection::kStays, {{"Allow", allow}});
    }
    expect_ok(client.request(get("/healthz")), "ok");
  }
}

TEST_P(Routes, OptionsOfAnyPathIs204WithAllow) {
  HttpClient client = connect();
  for (const char* target : {"*", "/capitalize", "/healthz", "/nothing"}) {
    SCOPED_TRACE(target);
    const HttpResponse response =
        client.request(request("OPTIONS", target, "Content-Length: 4\r\n") + "body", Body::kNone);
    EXPECT_EQ(response.status, 204) << response.raw;
    EXPECT_EQ(response.reason, "No Content");
    EXPECT_EQ(response.header("Content-Length"), std::nullopt);
    EXPECT_TRUE(methods_in(response.header("Allow").value_or("")).contains("OPTIONS")) << response.raw;
    EXPECT_EQ(response.headers.size(), 2U) << "Date and Allow: " << response.raw;
    expect_ok(client.request(get("/healthz")), "ok");  // no body remains in between
  }
}

TEST_P(Routes, ConnectIsNeverTunnelled) {
  HttpClient client = connect();
  client.send("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n" + get("/healthz"));
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 1U);
  expect_error(responses[0], 405, Connection::kCloses,
               {{"Allow", responses[0].header("Allow").value_or("")}});
}

TEST_P(Routes, UpgradeIsIgnored) {
  HttpClient client = connect();
  const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  expect_ok(client.request(get("/capitalize?text=abc", upgrade)), "Abc");
  expect_ok(client.request(post("xYZ", "Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")), "Xyz");
  expect_ok(client.request(get("/healthz")), "ok");
}

TEST_P(Routes, DateIsTheTimeOfTheAnswer) {
  HttpClient client = connect();
  const std::string first = client.request(get("/healthz")).header("Date").value_or("");
  std::tm calendar{};
  ASSERT_NE(::strptime(first.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &calendar), nullptr) << first;
  EXPECT_NEAR(std::difftime(::timegm(&calendar), std::time(nullptr)), 0.0, 2.0) << first;
  EXPECT_TRUE(eventually([&] { return client.request(get("/healthz")).header("Date") != first; }))
      << "the date does not change from " << first;
}

TEST_P(Routes, AbsoluteTargetIsServedLikeItsPath) {
  HttpClient client = connect();
  expect_ok(client.request(get("http://example.com/healthz")), "ok");
  expect_ok(client.request(get("http://example.com:8000/capitalize?text=abc")), "Abc");
  expect_ok(client.request(get("HTTP://example.com/capitalize?text=http://x/")), "Http://x/");
}

}  // namespace
}  // namespace majuscule::test
