// SPDX-License-Identifier: MIT
// The fields of a request as they come from a parser in pieces, and the request they belong to.
#include "majuscule/request.hpp"

#include <gtest/gtest.h>

#include "majuscule/counters.hpp"

namespace majuscule::test {
namespace {

TEST(EqualsIgnoringCase, ComparesAsciiOnly) {
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("a", "b"));
  EXPECT_FALSE(equals_ignoring_case("[", "{")) << "no letters";
  EXPECT_FALSE(equals_ignoring_case("@", "`")) << "no letters";
  EXPECT_FALSE(equals_ignoring_case("\xC3\x89", "\xC3\xA9"));
}

TEST(Headers, JoinsPieces) {
  Headers headers;
  for (const char* piece : {"Na", "", "me"}) headers.append_name(piece);
  for (const char* piece : {"va", "l", "ue"}) headers.append_value(piece);
  headers.append_name("B");
  headers.append_value("");
  headers.append_name("C");
  headers.append_value("\t d ");
  ASSERT_EQ(headers.size(), 3U);
  EXPECT_EQ(headers[0].name, "Name");
  EXPECT_EQ(headers[0].value, "value");
  EXPECT_EQ(headers[1].name, "B");
  EXPECT_EQ(headers[1].value, "");
  EXPECT_EQ(headers[2].name, "C");
  EXPECT_EQ(headers[2].value, "d");
}

TEST(Headers, TrimsOnlyTheEndsOfAValueInPieces) {
  Headers headers;
  headers.append_name("A");
  for (const char* piece : {" ", "b ", "\t", " c", " \t"}) headers.append_value(piece);
  EXPECT_EQ(headers[0].value, "b \t c");
}

TEST(Headers, FindsTheFirstOfANameInAnyCase) {
  Headers headers;
  EXPECT_EQ(headers.find("a"), "");
  for (const auto& [name, value] : {std::pair("A", "1"), std::pair("Ab", "2"), std::pair("a", "3")}) {
    headers.append_name(name);
    headers.append_value(value);
  }
  EXPECT_EQ(headers.find("a"), "1");
  EXPECT_EQ(headers.find("AB"), "2");
  EXPECT_EQ(headers.find("abc"), "");
}

TEST(Headers, IsEmptyAfterClear) {
  Headers headers;
  headers.append_name("A");
  headers.append_value("1");
  headers.clear();
  EXPECT_EQ(headers.size(), 0U);
  headers.append_name("B");
  headers.append_value("2");
  ASSERT_EQ(headers.size(), 1U);
  EXPECT_EQ(headers.find("B"), "2");
  EXPECT_EQ(headers.find("A"), "");
}

TEST(Request, IsEmptyAfterClear) {
  Request request;
  request.method = Method::kPost;
  request.method_name = "POST";
  request.minor_version = 0;
  request.keep_alive = true;
  request.target = "/a?b";
  request.path_length = 2;
  request.query_begin = 3;
  request.body = "c";
  request.headers.append_name("d");
  EXPECT_EQ(request.path(), "/a");
  EXPECT_EQ(request.query(), "b");
  request.clear();
  EXPECT_EQ(request.method, Method::kRaw);
  EXPECT_EQ(request.method_name, "");
  EXPECT_EQ(request.minor_version, 1);
  EXPECT_FALSE(request.keep_alive);
  EXPECT_EQ(request.path(), "");
  EXPECT_EQ(request.query(), "");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(request.headers.size(), 0U);
}

TEST(CounterValues, AddsUpDeltas) {
  CounterValues counters;
  counters.add({.requests = 1, .status = 200, .bytes_in = 3, .bytes_out = 4});
  counters.add({.status = 404, .accepted = 5, .closed = 6, .refused = 7, .timed_out = 8, .bytes_in = 9});
  counters.add({.status = 299});
  counters.add({});
  EXPECT_EQ(counters.requests, 1U);
  EXPECT_EQ(counters.accepted, 5U);
  EXPECT_EQ(counters.closed, 6U);
  EXPECT_EQ(counters.refused, 7U);
  EXPECT_EQ(counters.timed_out, 8U);
  EXPECT_EQ(counters.bytes_in, 12U);
  EXPECT_EQ(counters.bytes_out, 4U);
  EXPECT_EQ(counters.responses[status_index(200)], 1U);
  EXPECT_EQ(counters.responses[status_index(404)], 1U);
  EXPECT_EQ(counters.responses[status_index(299)], 1U);
  EXPECT_EQ(status_index(299), kStatuses.size());
  EXPECT_EQ(counters.responses[status_index(400)], 0U);
}

}  // namespace
}  // namespace majuscule::test
