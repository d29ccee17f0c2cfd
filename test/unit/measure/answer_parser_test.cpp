// SPDX-License-Identifier: MIT
// The answers on a connection: each kind in every split and with any bytes after it, and each error.
#include "measure/answer_parser.hpp"

#include <gtest/gtest.h>

#include "http/splits.hpp"

namespace majuscule::test {
namespace {

using namespace std::string_view_literals;
using Result = AnswerParser::Result;

struct Case {
  std::string name;
  std::string bytes;
  std::string body;
  std::uint16_t status = 200;
  bool closes = false;
  bool until_end = false;  ///< complete only at the end of the connection
};

std::vector<Case> cases() {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  return {
      {"Length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello", "Hello"},
      {"LengthZero", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
      {"LengthOfLineEnds", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\r\n\r\n", "\r\n\r\n"},
      {"NoReason", "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na", "a"},
      {"Chunked", chunked + "5\r\nHello\r\n7;a=b\r\n, world\r\n0\r\n\r\n", "Hello, world"},
      {"ChunkedWithTrailer", chunked + "1\r\na\r\n0\r\nA: b\r\n\r\n", "a"},
      {"ChunkedWithTwoExtensions", chunked + "1;a;b=c\r\na\r\n0\r\n\r\n", "a"},
      {"ChunkedWithBlanksInExtensions", chunked + "1 ; a = b\t;\tc\r\na\r\n0 ;z\r\n\r\n", "a"},
      {"ChunkedWithQuotedExtensions", chunked + "1;a=\"b;c \\\"d\";e=\"\"\r\na\r\n0;z=\"0\"\r\nA: b\r\n\r\n",
       "a"},
      {"ChunksOfLineEnds", chunked + "4\r\n\r\n\r\n\r\n2\r\n0\r\r\n0\r\n\r\n", "\r\n\r\n0\r"},
      {"NoContentWithLength", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "", 204},
      {"NotModifiedWithLength", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", 304},
      {"NotModifiedInChunks", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "", 304},
      {"ChunkedEmpty", chunked + "0\r\n\r\n", ""},
      {"Closing", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
      {"Old", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", 200, true},
      {"OldKeptAlive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", "ok"},
      {"OldUntilEnd", "HTTP/1.0 200 OK\r\n\r\nHello", "Hello", 200, true, true},
      {"UntilEnd", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nHello", "Hello", 200, true, true},
      {"UntilEndEmpty", "HTTP/1.1 200 OK\r\n\r\n", "", 200, true, true},
      {"Continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"},
      {"ProcessingAndHints",
       "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 201 C\r\nContent-Length: "
       "1\r\n\r\na",
       "a", 201},
      {"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", "", 204},
      {"NotFound", "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n", "no\n", 404},
      {"Redirect", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "", 302},
      {"Unavailable", "HTTP/1.1 503 S\r\nConnection: close\r\nContent-Length: 1\r\n\r\n-", "-", 503, true},
  };
}

const std::string_view kBehind[] = {""sv, "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nabc"sv, "\r\n"sv,
                                    "x"sv, "\0\xFF :"sv};

/// Feeds everything to a parser that was in the middle of another answer; `taken` is the total.
Result parse(AnswerParser& parser, const Pieces& pieces, std::size_t& taken) {
  std::size_t part = 0;
  parser.feed("HTTP/1.0 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nab", part);
  EXPECT_TRUE(parser.within_answer());
  parser.begin();
  EXPECT_FALSE(parser.within_answer());
  taken = 0;
  for (const std::string_view piece : pieces) {
    const Result result = parser.feed(piece, part);
    taken += part;
    if (result != Result::kMore) return result;
    EXPECT_EQ(part, piece.size());
    EXPECT_TRUE(parser.within_answer());
  }
  return Result::kMore;
}

void expect_case(const Case& expected, const AnswerParser& parser) {
  const Answer& answer = parser.answer();
  EXPECT_EQ(answer.status, expected.status);
  EXPECT_EQ(answer.right_status, expected.status < 300);
  EXPECT_TRUE(answer.right_body);
  EXPECT_EQ(answer.closes, expected.closes);
  EXPECT_FALSE(parser.within_answer());
}

class AnswerParserTakes : public ::testing::TestWithParam<Case> {};

TEST_P(AnswerParserTakes, TheSameInEverySplitAndNothingAfterTheAnswer) {
  const Case& expected = GetParam();
  for (const std::string_view behind : kBehind) {
    if (expected.until_end && !behind.empty()) continue;
    Expectation expectation{.body = expected.body};
    for_each_split(expected.bytes + std::string(behind), [&](const Pieces& pieces) {
      AnswerParser parser(expectation);
      std::size_t taken = 0;
      Result result = parse(parser, pieces, taken);
      if (expected.until_end) {
        ASSERT_EQ(result, Result::kMore);
        result = parser.end();
      }
      ASSERT_EQ(result, Result::kAnswer) << parser.why();
      EXPECT_EQ(taken, expected.bytes.size());
      expect_case(expected, parser);
    });
  }
}

TEST_P(AnswerParserTakes, ManyInARow) {
  const Case& expected = GetParam();
  if (expected.until_end) return;
  Expectation expectation{.body = expected.body};
  AnswerParser parser(expectation);
  const std::string bytes = expected.bytes + expected.bytes + expected.bytes;
  std::string_view rest = bytes;
  for (int i = 0; i < 3; ++i) {
    std::size_t taken = 0;
    ASSERT_EQ(parser.feed(rest, taken), Result::kAnswer) << i;
    EXPECT_EQ(taken, expected.bytes.size());
    expect_case(expected, parser);
    rest.remove_prefix(taken);
  }
  EXPECT_EQ(parser.end(), Result::kMore) << "none has begun";
}

TEST_P(AnswerParserTakes, NoneThatEndsEarly) {
  const Case& expected = GetParam();
  Expectation expectation{.body = expected.body};
  for (std::size_t size = 1; size < expected.bytes.size(); ++size) {
    AnswerParser parser(expectation);
    std::size_t taken = 0;
    ASSERT_EQ(parse(parser, {std::string_view(expected.bytes).substr(0, size)}, taken), Result::kMore);
    const bool has_head = expected.bytes.find("\r\n\r\n") + 4 <= size;
    if (expected.until_end && has_head) {
      ASSERT_EQ(parser.end(), Result::kAnswer) << size;
      EXPECT_FALSE(parser.answer().right_body);
    } else {
      ASSERT_EQ(parser.end(), Result::kMore) << size;
      EXPECT_TRUE(parser.within_answer());
    }
  }
}

TEST_P(AnswerParserTakes, NoWrongBody) {
  const Case& expected = GetParam();
  std::vector<std::string> others = {expected.body + "x", expected.body + expected.body + "\n"};
  for (std::size_t i = 0; i < expected.body.size(); ++i) {
    others.push_back(expected.body.substr(0, i));
    others.push_back(expected.body);
    others.back()[i] ^= 0x20;
  }
  for (const std::string& other : others) {
    Expectation expectation{.body = other};
    for_each_split(expected.bytes, [&](const Pieces& pieces) {
      AnswerParser parser(expectation);
      std::size_t taken = 0;
      if (parse(parser, pieces, taken) == Result::kMore) parser.end();
      EXPECT_EQ(parser.answer().status, expected.status);
      EXPECT_FALSE(parser.answer().right_body) << other;
    });
    EXPECT_EQ(expectation.body, other);
  }
}

TEST_P(AnswerParserTakes, AnyBodyWhenItIsNotChecked) {
  Expectation expectation{.any_body = true};
  AnswerParser parser(expectation);
  std::size_t taken = 0;
  if (parse(parser, {GetParam().bytes}, taken) == Result::kMore) parser.end();
  expect_case(GetParam(), parser);
  EXPECT_FALSE(expectation.body) << "nothing is learned";
}

INSTANTIATE_TEST_SUITE_P(Answers, AnswerParserTakes, ::testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

TEST(AnswerParser, ReportsInvalidAnswers) {
  Expectation expectation{.any_body = true};
  for (const std::string_view bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n"sv, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv, "\x15\x03\x01\x00"sv,
        "HTTP/1.1 abc\r\n"sv, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"sv,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b\r\n\"\r\na\r\n0\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a\na\r\n0\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\na\r\n0\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a\0\r\na\r\n0\r\n\r\n"sv,
        "HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n"sv}) {
    for_each_split(bytes, [&](const Pieces& pieces) {
      AnswerParser parser(expectation);
      std::size_t taken = 0;
      EXPECT_EQ(parse(parser, pieces, taken), Result::kBroken) << bytes;
      EXPECT_FALSE(parser.why().empty());
    });
  }
}

TEST(AnswerParser, ParsesTheNextConnectionAfterAnInvalidAnswer) {
  Expectation expectation{.any_body = true};
  AnswerParser parser(expectation);
  std::size_t taken = 0;
  ASSERT_EQ(parser.feed("nonsense", taken), Result::kBroken);
  parser.begin();
  EXPECT_EQ(parser.feed("HTTP/1.1 204 No Content\r\n\r\n", taken), Result::kAnswer);
}

TEST(AnswerParser, HasNotBegunBeforeAByte) {
  Expectation expectation;
  AnswerParser parser(expectation);
  EXPECT_FALSE(parser.within_answer());
  EXPECT_EQ(parser.end(), Result::kMore);
}

std::string answer_with(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool right(AnswerParser& parser, const std::string& bytes) {
  std::size_t taken = 0;
  EXPECT_EQ(parser.feed(bytes, taken), Result::kAnswer);
  return parser.answer().right_status && parser.answer().right_body;
}

TEST(AnswerParser, LearnsTheBodyFromTheFirstGoodAnswerForAllConnections) {
  Expectation expectation;
  AnswerParser one(expectation), other(expectation);
  EXPECT_FALSE(right(one, answer_with("busy", "503 Unavailable")));
  EXPECT_FALSE(expectation.body) << "not from a wrong one";
  EXPECT_TRUE(right(one, answer_with("Hello")));
  EXPECT_EQ(expectation.body, "Hello");
  EXPECT_TRUE(right(other, answer_with("Hello")));
  EXPECT_FALSE(right(other, answer_with("hello")));
  EXPECT_FALSE(right(one, answer_with("")));
  EXPECT_TRUE(right(one, answer_with("Hello")));
}

TEST(AnswerParser, ComparesBytesReceivedBeforeTheBodyWasLearned) {
  for (const std::string_view early : {"Hel", "hel"}) {
    Expectation expectation;
    AnswerParser first(expectation), second(expectation);
    std::size_t taken = 0;
    EXPECT_EQ(second.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + std::string(early), taken),
              Result::kMore);
    EXPECT_TRUE(right(first, answer_with("Hello")));
    EXPECT_EQ(right(second, "lo"), early == "Hel");
  }
}

TEST(AnswerParser, DetectsABodyLongerThanTheOneLearnedMeanwhile) {
  Expectation expectation;
  AnswerParser first(expectation), second(expectation);
  std::size_t taken = 0;
  EXPECT_EQ(second.feed("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nHello w", taken), Result::kMore);
  EXPECT_TRUE(right(first, answer_with("Hello")));
  EXPECT_FALSE(right(second, "o"));
}

TEST(AnswerParser, LearnsNoBodyThatIsTooLarge) {
  Expectation expectation;
  AnswerParser parser(expectation);
  EXPECT_FALSE(right(parser, answer_with(std::string(kMostLearned + 1, 'a'))));
  EXPECT_FALSE(expectation.body);
  EXPECT_TRUE(right(parser, answer_with(std::string(kMostLearned, 'a'))));
}

TEST(RawAnswerParser, TakesAllUpToTheEndOfTheConnection) {
  Expectation expectation{.raw = true, .body = "Hello world"};
  for_each_split("Hello world", [&](const Pieces& pieces) {
    AnswerParser parser(expectation);
    std::size_t taken = 0;
    ASSERT_EQ(parse(parser, pieces, taken), Result::kMore);
    EXPECT_EQ(taken, 11U);
    ASSERT_EQ(parser.end(), Result::kAnswer);
    EXPECT_EQ(parser.answer().status, 0);
    EXPECT_TRUE(parser.answer().right_status);
    EXPECT_TRUE(parser.answer().right_body);
    EXPECT_TRUE(parser.answer().closes);
  });
}

TEST(RawAnswerParser, DetectsAWrongAnswer) {
  for (const std::string_view bytes :
       {"Hello worl", "Hello world!", "hello world", "HTTP/1.1 200 OK\r\n\r\n"}) {
    Expectation expectation{.raw = true, .body = "Hello world"};
    for_each_split(bytes, [&](const Pieces& pieces) {
      AnswerParser parser(expectation);
      std::size_t taken = 0;
      parse(parser, pieces, taken);
      ASSERT_EQ(parser.end(), Result::kAnswer);
      EXPECT_FALSE(parser.answer().right_body);
    });
  }
}

TEST(RawAnswerParser, HasNoAnswerWithoutBytes) {
  Expectation expectation{.raw = true, .body = ""};
  AnswerParser parser(expectation);
  EXPECT_EQ(parser.end(), Result::kMore);
  EXPECT_FALSE(parser.why().empty());
}

}  // namespace
}  // namespace majuscule::test
