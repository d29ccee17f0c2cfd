// SPDX-License-Identifier: MIT
// The parser alone: the result for each message of the table, in every split and with any bytes after it.
#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include "http/message_cases.hpp"
#include "http/splits.hpp"

namespace majuscule::test {
namespace {

using State = RequestParser::State;

struct Result {
  State state;
  std::size_t taken = 0;
  Refusal refusal;
  bool expects_continue = false;
  Request request;
};

/// Feeds the pieces to a parser that has parsed another message before.
Result parse(const Pieces& pieces, const Limits& limits) {
  Result result;
  RequestParser parser(result.request);
  const Limits other_limits;
  parser.begin(other_limits);
  parser.feed("POST /before?a HTTP/1.0\r\nExpect: 100-continue\r\nA: b\r\nContent-Length: 5\r\n\r\nab");
  parser.begin(limits);
  for (const std::string_view piece : pieces) {
    const std::size_t taken = parser.feed(piece);
    result.taken += taken;
    const bool ended = parser.state() == State::kComplete || parser.state() == State::kRefused;
    EXPECT_TRUE(ended || taken == piece.size()) << taken << " of " << piece.size();
  }
  result.state = parser.state();
  result.refusal = parser.refusal();
  result.expects_continue = parser.take_expectation();
  EXPECT_FALSE(parser.take_expectation()) << "it is to be answered once";
  return result;
}

void expect_taken(const Taken& expected, const Result& result) {
  ASSERT_TRUE(result.state == State::kComplete) << result.refusal.status << " " << result.refusal.reason;
  EXPECT_EQ(result.taken, expected.bytes.size());
  EXPECT_EQ(result.request.method_name, expected.method);
  EXPECT_EQ(result.request.path(), expected.path);
  EXPECT_EQ(result.request.query(), expected.query);
  EXPECT_EQ(result.request.body, expected.body);
  EXPECT_EQ(result.request.keep_alive, expected.keep_alive);
  EXPECT_EQ(result.request.minor_version, expected.minor_version);
  EXPECT_EQ(result.expects_continue, expected.expects_continue);
  auto fields = expected.fields;
  if (expected.bytes.find("\r\nHost: a\r\n") != std::string::npos)
    fields.insert(fields.begin(), {"Host", "a"});
  ASSERT_EQ(result.request.headers.size(), fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    EXPECT_EQ(result.request.headers[i].name, fields[i].first);
    EXPECT_EQ(result.request.headers[i].value, fields[i].second);
  }
}

class RequestParserTakes : public ::testing::TestWithParam<Taken> {};

TEST_P(RequestParserTakes, TheSameInEverySplit) {
  for_each_split(GetParam().bytes,
                 [&](const Pieces& pieces) { expect_taken(GetParam(), parse(pieces, GetParam().limits)); });
}

TEST_P(RequestParserTakes, NothingAfterTheRequest) {
  for (const std::string_view behind : things_behind()) {
    const std::string bytes = GetParam().bytes + std::string(behind);
    for_each_split(bytes,
                   [&](const Pieces& pieces) { expect_taken(GetParam(), parse(pieces, GetParam().limits)); });
  }
}

class RequestParserRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(RequestParserRefuses, TheSameInEverySplit) {
  std::string_view reason;
  for (const std::string_view behind : things_behind()) {
    const std::string bytes = GetParam().bytes + std::string(behind);
    for_each_split(bytes, [&](const Pieces& pieces) {
      const Result result = parse(pieces, GetParam().limits);
      ASSERT_TRUE(result.state == State::kRefused) << "state " << static_cast<int>(result.state);
      EXPECT_EQ(result.refusal.status, GetParam().status) << result.refusal.reason;
      if (reason.empty()) reason = result.refusal.reason;
      EXPECT_EQ(result.refusal.reason, reason);
      EXPECT_LE(result.taken, GetParam().bytes.size());
      EXPECT_FALSE(result.expects_continue);
    });
  }
}

const auto kName = [](const auto& message) { return message.param.name; };
INSTANTIATE_TEST_SUITE_P(Messages, RequestParserTakes, ::testing::ValuesIn(taken_messages()), kName);
INSTANTIATE_TEST_SUITE_P(RequestLines, RequestParserRefuses, ::testing::ValuesIn(refused_request_lines()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Fields, RequestParserRefuses, ::testing::ValuesIn(refused_fields()), kName);
INSTANTIATE_TEST_SUITE_P(Framings, RequestParserRefuses, ::testing::ValuesIn(refused_framings()), kName);
INSTANTIATE_TEST_SUITE_P(Chunks, RequestParserRefuses, ::testing::ValuesIn(refused_chunks()), kName);
INSTANTIATE_TEST_SUITE_P(Limits, RequestParserRefuses, ::testing::ValuesIn(refused_by_limits()), kName);

TEST(RequestParser, ReportsItsStateWhileParsing) {
  Request request;
  RequestParser parser(request);
  const Limits limits;
  parser.begin(limits);
  EXPECT_EQ(parser.state(), State::kHead);
  parser.feed("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r");
  EXPECT_EQ(parser.state(), State::kHead);
  EXPECT_FALSE(parser.take_expectation());
  parser.feed("\n");
  EXPECT_EQ(parser.state(), State::kBody);
  EXPECT_TRUE(parser.take_expectation());
  parser.feed("a");
  EXPECT_EQ(parser.state(), State::kBody);
  parser.feed("b");
  EXPECT_EQ(parser.state(), State::kComplete);
  EXPECT_EQ(parser.feed("c"), 0U);
}

TEST(RequestParser, ParsesNothingAfterARefusal) {
  Request request;
  RequestParser parser(request);
  const Limits limits;
  parser.begin(limits);
  parser.feed("GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(parser.state(), State::kRefused);
  EXPECT_EQ(parser.feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0U);
  EXPECT_EQ(parser.state(), State::kRefused);
}

TEST(RequestParser, HasTheVersionOfTheLibrary) { EXPECT_NE(llhttp_version().find('.'), std::string::npos); }

}  // namespace
}  // namespace majuscule::test
