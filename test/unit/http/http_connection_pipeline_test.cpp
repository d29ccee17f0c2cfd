// SPDX-License-Identifier: MIT
// One request at a time: the rest of a pipeline waits and is answered in order. Pending output stays within
// its bound, and arrives complete however little each write takes.
#include <gtest/gtest.h>

#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

std::string request(const std::string& path, std::string_view lines = {}) {
  return std::string("GET ").append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(lines).append("\r\n");
}

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string answer(const std::string& path, std::string_view fields = {}) {
  return answer_text("200 OK", "GET " + path + "? ", fields);
}

Reply large(const Request&) {
  Reply reply;
  reply.body.assign(10'000, 'x');
  return reply;
}

TEST(HttpConnection, GivesOneRequestAtATime) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  Connection& connection = conversation.connection();
  conversation.receive(request("/1") + request("/2"));
  Request* const first = connection.next_request(conversation.now());
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->path(), "/1");
  EXPECT_EQ(connection.next_request(conversation.now()), first);
  EXPECT_EQ(first->path(), "/1");
  EXPECT_FALSE(connection.wants_input());
  EXPECT_EQ(connection.deadline(), kNever);
  connection.respond(echo(*first), conversation.now());
  Request* const second = connection.next_request(conversation.now());
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->path(), "/2");
}

TEST(HttpConnection, GivesNothingBeforeARequestIsComplete) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  EXPECT_FALSE(conversation.answer_one());
  conversation.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  EXPECT_FALSE(conversation.answer_one());
  EXPECT_TRUE(conversation.connection().wants_input());
  conversation.receive("b");
  EXPECT_FALSE(conversation.connection().wants_input());
  EXPECT_TRUE(conversation.answer_one());
}

TEST(HttpConnection, AnswersAPipelineInOrderAndInOnePiece) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  conversation.receive(request("/1") + post("/2", "b") + "\r\n" + request("/3"));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(conversation.answer_one());
  EXPECT_FALSE(conversation.answer_one());
  const Output output = conversation.connection().pending_output();
  EXPECT_EQ(output.pieces[1], "") << "small answers need one write of one piece";
  EXPECT_EQ(conversation.pending(), answer("/1") + answer_text("200 OK", "POST /2? b") + answer("/3"));
}

TEST(HttpConnection, KeepsAPartialRequestAfterAPipeline) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  const std::string second = request("/2");
  conversation.play(request("/1") + second.substr(0, 9));
  EXPECT_EQ(conversation.output(), answer("/1"));
  EXPECT_TRUE(conversation.connection().wants_input());
  conversation.play(second.substr(9));
  EXPECT_EQ(conversation.output(), answer("/1") + answer("/2"));
}

TEST(HttpConnection, GivesNoRequestWhileOutputIsStuck) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  conversation.receive(request("/1") + request("/2"));
  ASSERT_TRUE(conversation.answer_one());
  conversation.write(5);
  EXPECT_FALSE(conversation.answer_one());
  EXPECT_FALSE(conversation.connection().wants_input());
  conversation.write(0);
  EXPECT_FALSE(conversation.answer_one());
  conversation.write();
  EXPECT_TRUE(conversation.answer_one());
  conversation.write();
  EXPECT_EQ(conversation.output(), answer("/1") + answer("/2"));
}

TEST(HttpConnection, TakesNoInputWhileAnAnswerWaits) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  conversation.receive(request("/1"));
  ASSERT_TRUE(conversation.answer_one());
  EXPECT_FALSE(conversation.connection().wants_input());
  conversation.write();
  EXPECT_TRUE(conversation.connection().wants_input());
}

TEST(HttpConnection, BoundsTheOutputOfAPipeline) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world, [](Request&) {
    Reply reply;
    reply.body.assign(1000, 'x');
    return reply;
  });
  constexpr int kRequests = 500;
  std::string pipeline;
  for (int i = 0; i < kRequests; ++i) pipeline += request("/");
  conversation.receive(pipeline);
  int answered = 0;
  int rounds = 0;
  while (answered < kRequests) {
    ++rounds;
    ASSERT_LT(rounds, kRequests);
    while (conversation.answer_one()) ++answered;
    const std::size_t pending = conversation.connection().pending_output().size();
    EXPECT_LT(pending, Connection::kOutputLimit + 2000);
    EXPECT_TRUE(answered == kRequests || pending >= Connection::kOutputLimit)
        << "a batch leaves in one write";
    EXPECT_FALSE(conversation.connection().wants_input());
    conversation.write();
  }
  EXPECT_EQ(world.counters.answers(200), 500U);
  EXPECT_TRUE(conversation.connection().idle());
}

TEST(HttpConnection, SendsALargeBodyBeforeTheNextRequest) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world, large);
  conversation.receive(request("/1") + request("/2"));
  ASSERT_TRUE(conversation.answer_one());
  EXPECT_FALSE(conversation.answer_one());
  const Output output = conversation.connection().pending_output();
  EXPECT_TRUE(output.pieces[0].ends_with("\r\n\r\n"));
  EXPECT_EQ(output.pieces[1], std::string(10'000, 'x'));
  conversation.settle();
  const std::string one = answer_text("200 OK", std::string(10'000, 'x'));
  EXPECT_EQ(conversation.output(), one + one);
}

TEST(HttpConnection, SendsTheSameBytesInWritesOfEverySize) {
  const std::string pipeline =
      request("/1") + post("/2", "b") + request("/3") + request("/4", "Connection: close\r\n");
  for (const bool large_second : {false, true}) {
    const auto service = [&](Request& r) { return large_second && r.path() == "/2" ? large(r) : echo(r); };
    World world;
    auto whole = Conversation::of<HttpConnection>(world, service);
    whole.play(pipeline);
    EXPECT_TRUE(whole.closed());
    for (std::size_t size = 1; size < 700; ++size) {
      auto conversation = Conversation::of<HttpConnection>(world, service);
      conversation.play(pipeline, size);
      ASSERT_EQ(conversation.output(), whole.output()) << size;
      ASSERT_TRUE(conversation.closed()) << size;
    }
  }
}

TEST(HttpConnection, SendsContinueOnceBeforeTheBody) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  conversation.play("POST /1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(conversation.output(), kContinue);
  EXPECT_TRUE(conversation.connection().wants_input());
  conversation.play("a");
  conversation.play("b");
  EXPECT_EQ(conversation.output(), std::string(kContinue) + answer_text("200 OK", "POST /1? ab"));
}

TEST(HttpConnection, SendsContinueInOrderInAPipeline) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  conversation.play(request("/1") +
                    "POST /2 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(conversation.output(), answer("/1") + std::string(kContinue));
  conversation.play("b" + request("/3"));
  EXPECT_EQ(conversation.output(),
            answer("/1") + std::string(kContinue) + answer_text("200 OK", "POST /2? b") + answer("/3"));
}

TEST(HttpConnection, WaitsForAStuckContinueBeforeItReadsOn) {
  World world;
  auto conversation = Conversation::of<HttpConnection>(world);
  conversation.receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  conversation.write(3);
  EXPECT_FALSE(conversation.connection().wants_input());
  EXPECT_EQ(conversation.patience(), world.limits.write_timeout);
  conversation.write();
  EXPECT_TRUE(conversation.connection().wants_input());
  EXPECT_EQ(conversation.patience(), world.limits.body_timeout);
}

}  // namespace
}  // namespace majuscule::test
