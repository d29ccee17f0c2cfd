// SPDX-License-Identifier: MIT
// The table of messages through a whole connection: the bytes of the answers do not depend on how a message
// is split, and nothing after a closing answer is answered.
#include <gtest/gtest.h>

#include "http/message_cases.hpp"
#include "http/splits.hpp"
#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

constexpr std::string_view kSecond = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";

std::string output_for(const Pieces& pieces, const Limits& limits) {
  World world(limits);
  auto conversation = Conversation::of<HttpConnection>(world);
  for (const std::string_view piece : pieces) conversation.play(piece);
  return conversation.output();
}

std::string expected_output(const Taken& message) {
  const std::string body = message.method + " " + message.path + "?" + message.query + " " + message.body;
  const bool closes = !message.keep_alive || message.method == "CONNECT";
  std::string text = message.expects_continue ? "HTTP/1.1 100 Continue\r\n\r\n" : "";
  text += answer_text("200 OK", body,
                      closes                       ? "Connection: close\r\n"
                      : message.minor_version == 0 ? "Connection: keep-alive\r\n"
                                                   : "");
  if (message.method == "HEAD") text.resize(text.size() - body.size());
  return text;
}

class HttpConnectionAnswers : public ::testing::TestWithParam<Taken> {};

TEST_P(HttpConnectionAnswers, WithTheSameBytesInEverySplit) {
  const std::string expected = expected_output(GetParam());
  for_each_split(GetParam().bytes,
                 [&](const Pieces& pieces) { EXPECT_EQ(output_for(pieces, GetParam().limits), expected); });
}

TEST_P(HttpConnectionAnswers, LaterRequestsUnlessItCloses) {
  const std::string bytes = GetParam().bytes + std::string(kSecond);
  std::string expected = expected_output(GetParam());
  if (GetParam().keep_alive && GetParam().method != "CONNECT")
    expected += answer_text("200 OK", "GET /second? ");
  for_each_split(bytes,
                 [&](const Pieces& pieces) { EXPECT_EQ(output_for(pieces, GetParam().limits), expected); });
}

TEST_P(HttpConnectionAnswers, AfterEmptyLines) {
  for_each_split("\r\n\r\n" + GetParam().bytes, [&](const Pieces& pieces) {
    EXPECT_EQ(output_for(pieces, GetParam().limits), expected_output(GetParam()));
  });
}

class HttpConnectionRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(HttpConnectionRefuses, OnceAndTheSameInEverySplit) {
  std::string expected;
  for (const std::string_view behind : things_behind()) {
    const std::string bytes = GetParam().bytes + std::string(behind);
    for_each_split(bytes, [&](const Pieces& pieces) {
      const std::string output = output_for(pieces, GetParam().limits);
      if (expected.empty()) expected = output;
      EXPECT_EQ(output, expected);
    });
  }
  EXPECT_TRUE(expected.starts_with("HTTP/1.1 " + std::to_string(GetParam().status) + " ")) << expected;
  EXPECT_NE(expected.find("\r\nConnection: close\r\n"), std::string::npos) << expected;
  const auto end = expected.find("\r\n\r\n");
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(expected.find("\r\nDate: "), expected.rfind("\r\nDate: ")) << "one answer only: " << expected;
  EXPECT_EQ(expected.size() > end + 4, GetParam().answer_has_body) << expected;
}

TEST_P(HttpConnectionRefuses, AfterTheEarlierAnswers) {
  const std::string bytes = std::string(kSecond) + GetParam().bytes + std::string(kSecond);
  Limits limits = GetParam().limits;
  limits.max_header = std::max(limits.max_header, kSecond.size());
  const std::string expected =
      answer_text("200 OK", "GET /second? ") + output_for({GetParam().bytes}, limits);
  for_each_split(bytes, [&](const Pieces& pieces) { EXPECT_EQ(output_for(pieces, limits), expected); });
}

const auto kName = [](const auto& message) { return message.param.name; };
INSTANTIATE_TEST_SUITE_P(Messages, HttpConnectionAnswers, ::testing::ValuesIn(taken_messages()), kName);
INSTANTIATE_TEST_SUITE_P(RequestLines, HttpConnectionRefuses, ::testing::ValuesIn(refused_request_lines()),
                         kName);
INSTANTIATE_TEST_SUITE_P(Fields, HttpConnectionRefuses, ::testing::ValuesIn(refused_fields()), kName);
INSTANTIATE_TEST_SUITE_P(Framings, HttpConnectionRefuses, ::testing::ValuesIn(refused_framings()), kName);
INSTANTIATE_TEST_SUITE_P(Chunks, HttpConnectionRefuses, ::testing::ValuesIn(refused_chunks()), kName);
INSTANTIATE_TEST_SUITE_P(Limits, HttpConnectionRefuses, ::testing::ValuesIn(refused_by_limits()), kName);

}  // namespace
}  // namespace majuscule::test
