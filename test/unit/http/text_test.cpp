// SPDX-License-Identifier: MIT
// Formatting of dates, log lines and heads of answers.
#include <gtest/gtest.h>

#include "http/answer.hpp"
#include "http/connection.hpp"
#include "http/http_date.hpp"
#include "http/log_line.hpp"
#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

using namespace std::string_literals;

std::string wire(std::int64_t seconds) {
  const auto text = http_date(seconds);
  return {text.data(), text.size()};
}

std::string log(std::int64_t seconds) {
  const auto text = log_date(seconds);
  return {text.data(), text.size()};
}

TEST(HttpDate, WritesAnImfFixdate) {
  EXPECT_EQ(wire(784111777), "Sun, 06 Nov 1994 08:49:37 GMT") << "the example of RFC 9110";
  EXPECT_EQ(wire(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(wire(86399), "Thu, 01 Jan 1970 23:59:59 GMT");
  EXPECT_EQ(wire(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(wire(951868800), "Wed, 01 Mar 2000 00:00:00 GMT");
  EXPECT_EQ(wire(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
  EXPECT_EQ(wire(4107542400), "Mon, 01 Mar 2100 00:00:00 GMT") << "2100 is no leap year";
  EXPECT_EQ(wire(2147483648), "Tue, 19 Jan 2038 03:14:08 GMT");
  EXPECT_EQ(wire(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(HttpDate, HandlesDatesBefore1970) { EXPECT_EQ(wire(-1), "Wed, 31 Dec 1969 23:59:59 GMT"); }

TEST(LogDate, WritesTheCombinedFormat) {
  EXPECT_EQ(log(784111777), "06/Nov/1994:08:49:37 +0000");
  EXPECT_EQ(log(0), "01/Jan/1970:00:00:00 +0000");
  EXPECT_EQ(log(1709164800), "29/Feb/2024:00:00:00 +0000");
}

TEST(LogLine, WritesTheCombinedFormat) {
  EXPECT_EQ(
      log_line({.peer = "192.0.2.1",
                .unix_seconds = 784111777,
                .request_line = "GET / HTTP/1.1",
                .status = 200,
                .body_size = 12,
                .referer = "http://a/",
                .user_agent = "b (c; d)"}),
      "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET / HTTP/1.1\" 200 12 \"http://a/\" \"b (c; d)\"");
}

TEST(LogLine, WritesADashForWhatIsMissing) {
  EXPECT_EQ(log_line({.peer = "-", .request_line = {}, .referer = {}, .user_agent = {}}),
            "- - - [01/Jan/1970:00:00:00 +0000] \"-\" 0 0 \"-\" \"-\"");
}

TEST(LogLine, EscapesEveryUnsafeByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const std::string line = log_line({.peer = "-", .request_line = all, .referer = all, .user_agent = all});
  for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << static_cast<int>(c);
  EXPECT_EQ(std::count(line.begin(), line.end(), '"'), 6);
  EXPECT_NE(line.find("\\x00\\x01"), std::string::npos);
  EXPECT_NE(line.find(" !\\x22#"), std::string::npos);
  EXPECT_NE(line.find("[\\x5C]"), std::string::npos);
  EXPECT_NE(line.find("~\\x7F\\x80"), std::string::npos);
}

std::string head(const Reply& reply, Persistence persistence) {
  std::string out = "before ";
  append_head(out, reply, kDate, persistence);
  return out;
}

TEST(AppendHead, WritesAllFields) {
  Reply reply;
  reply.body = "abc";
  const std::string start = "before HTTP/1.1 200 OK\r\nDate: " + std::string(kDate) +
                            "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n";
  EXPECT_EQ(head(reply, Persistence::kDefault), start + "\r\n");
  EXPECT_EQ(head(reply, Persistence::kClose), start + "Connection: close\r\n\r\n");
  EXPECT_EQ(head(reply, Persistence::kKeepAlive), start + "Connection: keep-alive\r\n\r\n");
  reply.fields = "Allow: GET\r\n";
  EXPECT_NE(head(reply, Persistence::kDefault).find("\r\nAllow: GET\r\n"), std::string::npos);
}

TEST(AppendHead, HasNoTypeWithoutABody) {
  Reply reply;
  reply.status = 404;
  EXPECT_EQ(head(reply, Persistence::kDefault),
            "before HTTP/1.1 404 Not Found\r\nDate: " + std::string(kDate) + "\r\nContent-Length: 0\r\n\r\n");
}

TEST(AppendHead, WritesLongTextsCompletely) {
  const std::string type = "text/plain; charset=utf-8; profile=\"" + std::string(5000, 'x') + "\"";
  Reply reply;
  reply.body = "abc";
  reply.content_type = type;
  const std::string rest = "\r\nContent-Length: 3\r\n\r\n";
  EXPECT_EQ(head(reply, Persistence::kDefault),
            "before HTTP/1.1 200 OK\r\nDate: " + std::string(kDate) + "\r\nContent-Type: " + type + rest);
  for (const std::size_t size : {63U, 64U, 65U}) {
    reply.content_type = std::string_view(type).substr(0, size);
    EXPECT_NE(head(reply, Persistence::kDefault).find("\r\nContent-Type: " + type.substr(0, size) + "\r\n"),
              std::string::npos)
        << size;
  }
  std::string out;
  append_head(out, Reply(), type, Persistence::kDefault);
  EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nDate: " + type + "\r\nContent-Length: 0\r\n\r\n");
}

TEST(AppendHead, OmitsAnEmptyType) {
  Reply reply;
  reply.body = "abc";
  reply.content_type = {};
  EXPECT_EQ(head(reply, Persistence::kDefault).find("Content-Type"), std::string::npos);
}

TEST(AppendHead, HasNoLengthWhereTheStatusAllowsNoBody) {
  for (const std::uint16_t status : {std::uint16_t{100}, std::uint16_t{204}, std::uint16_t{304}}) {
    Reply reply;
    reply.status = status;
    reply.body = "abc";
    reply.fields = "Allow: GET\r\n";
    EXPECT_EQ(head(reply, Persistence::kClose),
              "before HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) +
                  "\r\nDate: " + std::string(kDate) + "\r\nConnection: close\r\nAllow: GET\r\n\r\n");
  }
}

TEST(AppendHead, Has205WithLengthZero) {
  Reply reply;
  reply.status = 205;
  reply.body = "abc";
  EXPECT_TRUE(head(reply, Persistence::kDefault).ends_with("GMT\r\nContent-Length: 0\r\n\r\n"));
}

TEST(ReasonPhrase, IsEmptyWhereNoneIsRegistered) {
  for (const std::uint16_t status :
       {std::uint16_t{299}, std::uint16_t{418}, std::uint16_t{599}, std::uint16_t{999}}) {
    EXPECT_EQ(reason_phrase(status), "") << status;
    Reply reply;
    reply.status = status;
    EXPECT_TRUE(head(reply, Persistence::kDefault)
                    .starts_with("before HTTP/1.1 " + std::to_string(status) + " \r\nDate: "));
  }
}

TEST(ReasonPhrase, IsThereForEveryStatusThatIsSent) {
  for (const std::uint16_t status : kStatuses) EXPECT_NE(reason_phrase(status), "") << status;
}

TEST(ErrorReply, NamesTheError) {
  const Reply reply = error_reply(404, "there is nothing here");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.body, "404 Not Found: there is nothing here\n");
  EXPECT_FALSE(reply.counts);
}

TEST(RefusalAnswer, IsCompleteAndCloses) {
  const std::string answer = refusal_answer(kDate);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << answer;
  for (const char* part :
       {"\r\nRetry-After: 1\r\n", "\r\nConnection: close\r\n", "\r\nContent-Length: 46\r\n"}) {
    EXPECT_NE(answer.find(part), std::string::npos) << answer;
  }
  EXPECT_TRUE(answer.ends_with("\r\n\r\n503 Service Unavailable: too many connections\n")) << answer;
}

}  // namespace
}  // namespace majuscule::test
