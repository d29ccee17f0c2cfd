// SPDX-License-Identifier: MIT
// The raw protocol: the bytes of one read are the message, one answer, close.
#include "http/raw_connection.hpp"

#include <gtest/gtest.h>

#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

using namespace std::string_view_literals;
using std::chrono::seconds;

Limits limits() {
  Limits limits;
  limits.header_timeout = seconds(10);
  limits.idle_timeout = seconds(60);
  limits.write_timeout = seconds(20);
  return limits;
}

class RawConnectionTest : public ::testing::Test {
 protected:
  const CounterValues& counters() const { return world_.counters.counters; }

  World world_{limits()};
  Conversation conversation_ = Conversation::of<RawConnection>(world_);
};

TEST_F(RawConnectionTest, AnswersAMessageAndCloses) {
  EXPECT_TRUE(conversation_.connection().wants_input());
  EXPECT_TRUE(conversation_.connection().fresh());
  EXPECT_TRUE(conversation_.connection().idle());
  conversation_.receive("hello\r\n\0 world"sv);
  EXPECT_FALSE(conversation_.connection().wants_input());
  EXPECT_FALSE(conversation_.connection().idle());
  EXPECT_EQ(conversation_.connection().deadline(), kNever);
  ASSERT_TRUE(conversation_.answer_one());
  EXPECT_FALSE(conversation_.answer_one());
  EXPECT_EQ(conversation_.connection().ending(), Ending::kNone);
  EXPECT_EQ(conversation_.write(), "hello\r\n\0 world"sv);
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(RawConnectionTest, GivesTheServiceARawRequest) {
  conversation_.receive("a");
  const Request* const request = conversation_.connection().next_request(conversation_.now());
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->method, Method::kRaw);
  EXPECT_EQ(request->body, "a");
}

TEST_F(RawConnectionTest, TakesUpToTheLengthOfAMessage) {
  const std::string message(1023, 'a');
  conversation_.play(message);
  EXPECT_EQ(conversation_.output(), message);
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(RawConnectionTest, ClosesWithoutResetWhenMoreThanAMessageMayFollow) {
  for (const std::size_t size :
       {RawConnection::kLargestMessage, RawConnection::kLargestMessage + 1, Connection::kLargestRead}) {
    auto conversation = Conversation::of<RawConnection>(world_);
    conversation.play(std::string(size, 'a'));
    EXPECT_EQ(conversation.output(), std::string(1024, 'a')) << size;
    EXPECT_TRUE(conversation.was_half_closed()) << size;
    EXPECT_FALSE(conversation.closed());
    EXPECT_TRUE(conversation.connection().wants_input());
    EXPECT_EQ(conversation.patience(), Connection::kLingerPause);
    conversation.pass(std::chrono::seconds(1));
    conversation.play("more");
    EXPECT_EQ(conversation.patience(), Connection::kLingerPause) << "it is still sending";
    EXPECT_EQ(conversation.output(), std::string(1024, 'a')) << "one message, one answer";
    conversation.end_of_input();
    EXPECT_TRUE(conversation.closed());
  }
}

TEST_F(RawConnectionTest, LingersForALimitedTime) {
  conversation_.play(std::string(2000, 'a'));
  const Time end = conversation_.now().time + Connection::kLingerTime;
  while (conversation_.connection().deadline() < end) {
    conversation_.pass(Connection::kLingerPause - std::chrono::seconds(1));
    conversation_.receive("more");
  }
  EXPECT_EQ(conversation_.connection().deadline(), end) << "however much it sends";
  conversation_.pass(conversation_.patience());
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(counters().timed_out, 0U);
}

TEST_F(RawConnectionTest, ClosesWithoutAnAnswerWhenThereIsNoMessage) {
  conversation_.end_of_input();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_FALSE(conversation_.answer_one());
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(counters().requests, 0U);
}

TEST_F(RawConnectionTest, AnswersAHalfClosedClient) {
  conversation_.receive(std::string(2000, 'a'));
  conversation_.end_of_input();
  EXPECT_FALSE(conversation_.closed());
  conversation_.settle();
  EXPECT_EQ(conversation_.output(), std::string(1024, 'a'));
  EXPECT_FALSE(conversation_.was_half_closed());
  EXPECT_TRUE(conversation_.closed());
}

TEST_F(RawConnectionTest, ClosesAfterAnEmptyReply) {
  auto conversation = Conversation::of<RawConnection>(world_, [](Request&) { return Reply(); });
  conversation.play("a");
  EXPECT_EQ(conversation.output(), "");
  EXPECT_TRUE(conversation.closed());
}

TEST_F(RawConnectionTest, SendsTheSameBytesInWritesOfEverySize) {
  for (std::size_t size = 1; size <= 101; ++size) {
    auto conversation = Conversation::of<RawConnection>(world_);
    conversation.play(std::string(50, 'a') + std::string(50, 'b'), size);
    ASSERT_EQ(conversation.output(), std::string(50, 'a') + std::string(50, 'b')) << size;
    ASSERT_TRUE(conversation.closed()) << size;
  }
}

TEST_F(RawConnectionTest, SendsAReplyOfAnySize) {
  const std::string large(200'000, 'x');
  auto conversation = Conversation::of<RawConnection>(world_, [&](Request&) {
    Reply reply;
    reply.body = large;
    return reply;
  });
  conversation.receive("a");
  ASSERT_TRUE(conversation.answer_one());
  for (int writes = 0; writes < 10 && !conversation.closed(); ++writes) conversation.write(30'000);
  EXPECT_TRUE(conversation.output() == large) << conversation.output().size() << " bytes";
  EXPECT_TRUE(conversation.closed());
}

TEST_F(RawConnectionTest, WaitsForTheMessageForALimitedTime) {
  EXPECT_EQ(conversation_.patience(), seconds(10));
  conversation_.pass(seconds(10));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(conversation_.pending(), "");
  EXPECT_EQ(counters().timed_out, 1U);
}

TEST_F(RawConnectionTest, WaitsForASlowReaderForALimitedTime) {
  conversation_.receive("hello");
  ASSERT_TRUE(conversation_.answer_one());
  conversation_.write(1);
  EXPECT_EQ(conversation_.patience(), seconds(20));
  conversation_.pass(seconds(19));
  conversation_.write(1);
  EXPECT_EQ(conversation_.patience(), seconds(1)) << "single bytes do not extend it";
  conversation_.pass(seconds(1));
  conversation_.expire();
  EXPECT_TRUE(conversation_.closed());
  EXPECT_EQ(counters().timed_out, 1U);
}

TEST_F(RawConnectionTest, CountsAndLogsTheAnswer) {
  conversation_.play("hello");
  EXPECT_EQ(counters().requests, 1U);
  EXPECT_EQ(counters().bytes_in, 5U);
  EXPECT_EQ(counters().bytes_out, 5U);
  for (const std::uint64_t answers : counters().responses) EXPECT_EQ(answers, 0U) << "no HTTP answer";
  ASSERT_EQ(world_.access_log.lines.size(), 1U);
  EXPECT_EQ(world_.access_log.lines[0],
            "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"RAW\" 200 5 \"-\" \"-\"");
}

}  // namespace
}  // namespace majuscule::test
