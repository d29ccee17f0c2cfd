// SPDX-License-Identifier: MIT
// What a connection counts, what it logs, and that its memory returns to the pool.
#include <gtest/gtest.h>

#include "support/conversation.hpp"

namespace majuscule::test {
namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kBad = "GET /a HTTP/1.1\r\n\r\n";

class HttpConnectionAccount : public ::testing::Test {
 protected:
  const CounterValues& counters() const { return world_.counters.counters; }
  const std::vector<std::string>& lines() const { return world_.access_log.lines; }

  World world_;
  Conversation conversation_ = Conversation::of<HttpConnection>(world_);
};

TEST_F(HttpConnectionAccount, CountsAnswersAndBytes) {
  for (int i = 0; i < 3; ++i) conversation_.play(kGet);
  EXPECT_EQ(counters().requests, 3U);
  EXPECT_EQ(world_.counters.answers(200), 3U);
  EXPECT_EQ(counters().bytes_in, 3 * kGet.size());
  EXPECT_EQ(counters().bytes_out, conversation_.output().size());
  EXPECT_EQ(counters().timed_out, 0U);
  EXPECT_EQ(counters().accepted, 0U) << "the accepting code counts them";
}

TEST_F(HttpConnectionAccount, CountsTheBytesOfAPipelineOnce) {
  conversation_.play(std::string(kGet).append(kGet).append(kGet.substr(0, 5)));
  conversation_.play(kGet.substr(5));
  EXPECT_EQ(counters().requests, 3U);
  EXPECT_EQ(counters().bytes_in, 3 * kGet.size());
  EXPECT_EQ(counters().bytes_out, conversation_.output().size());
}

TEST_F(HttpConnectionAccount, CountsNoRequestThatTheReplyDoesNotCount) {
  auto conversation = Conversation::of<HttpConnection>(world_, [](Request&) {
    Reply reply;
    reply.status = 404;
    return reply;
  });
  conversation.play(kGet);
  EXPECT_EQ(counters().requests, 0U);
  EXPECT_EQ(world_.counters.answers(404), 1U);
  EXPECT_EQ(conversation.output(), answer_text("404 Not Found", ""));
}

TEST_F(HttpConnectionAccount, CountsARefusalByItsStatus) {
  conversation_.play(kBad);
  EXPECT_EQ(counters().requests, 0U);
  EXPECT_EQ(world_.counters.answers(400), 1U);
  EXPECT_EQ(counters().bytes_in, kBad.size());
  EXPECT_EQ(counters().bytes_out, conversation_.output().size());
}

TEST_F(HttpConnectionAccount, CountsAStatusItDoesNotKnowAsOther) {
  auto conversation = Conversation::of<HttpConnection>(world_, [](Request&) {
    Reply reply;
    reply.status = 299;
    return reply;
  });
  conversation.play(kGet);
  EXPECT_EQ(counters().responses.back(), 1U);
}

TEST_F(HttpConnectionAccount, CountsTheBytesOfAnAbortedClient) {
  {
    auto conversation = Conversation::of<HttpConnection>(world_);
    conversation.play("POST / HTTP/1.1\r\n");
  }
  EXPECT_EQ(counters().bytes_in, 17U);
}

TEST_F(HttpConnectionAccount, CountsHeadWithoutItsBody) {
  conversation_.play("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(counters().bytes_out, conversation_.output().size());
  EXPECT_TRUE(conversation_.output().ends_with("Content-Length: 8\r\n\r\n"));
}

TEST_F(HttpConnectionAccount, LogsALineARequest) {
  conversation_.play(
      "GET /a?b HTTP/1.1\r\nHost: a\r\nReferer: http://b/\r\nUser-Agent: c d\r\n\r\nHEAD / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0],
            "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 9 \"http://b/\" \"c d\"");
  EXPECT_EQ(lines()[1], "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"HEAD / HTTP/1.0\" 200 0 \"-\" \"-\"");
}

TEST_F(HttpConnectionAccount, EscapesTheInputOfClientsInTheLog) {
  conversation_.play(
      "GET /\"\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: \"\\\t\xFF"
      "e\r\n\r\n");
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_NE(lines()[0].find("\"GET /\\x22\\x5C HTTP/1.1\""), std::string::npos) << lines()[0];
  EXPECT_NE(lines()[0].find("\"\\x22\\x5C\\x09\\xFFe\""), std::string::npos) << lines()[0];
}

TEST_F(HttpConnectionAccount, LogsRefusalsAndTimeouts) {
  conversation_.play(kBad);
  auto slow = Conversation::of<HttpConnection>(world_);
  slow.play("G");
  slow.pass(slow.patience());
  slow.expire();
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_TRUE(lines()[0].starts_with("192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\" 400 "))
      << lines()[0];
  EXPECT_TRUE(lines()[1].starts_with("192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"-\" 408 ")) << lines()[1];
}

TEST_F(HttpConnectionAccount, WorksWithoutAnAccessLogAndWithoutAPeer) {
  ConnectionContext context{world_.limits, world_.counters, nullptr, world_.pool};
  HttpConnection connection(context, instant());
  connection.receive(kGet, instant());
  Request* const request = connection.next_request(instant());
  ASSERT_NE(request, nullptr);
  connection.respond(echo(*request), instant());
  EXPECT_GT(connection.pending_output().size(), 0U);
}

// A pooled request context is recognized by its address.
TEST_F(HttpConnectionAccount, ReturnsItsMemoryWhenIdle) {
  const RequestContext* pooled = nullptr;
  {
    auto request_context = world_.pool.take();
    pooled = request_context.get();
    world_.pool.give_back(std::move(request_context));
  }
  const auto is_back = [&] {
    auto request_context = world_.pool.take();
    const bool same = request_context.get() == pooled;
    world_.pool.give_back(std::move(request_context));
    return same;
  };
  EXPECT_TRUE(is_back());
  conversation_.receive(kGet.substr(0, 3));
  EXPECT_NE(world_.pool.take().get(), pooled) << "it is in use";
  conversation_.receive(kGet.substr(3));
  ASSERT_TRUE(conversation_.answer_one());
  conversation_.write(1);
  EXPECT_NE(world_.pool.take().get(), pooled) << "it holds pending output";
  conversation_.write();
  EXPECT_TRUE(is_back()) << "idle again";
  conversation_.play(kBad);
  EXPECT_TRUE(is_back()) << "lingering";
}

TEST(RequestContextPool, KeepsNoMoreThanItsCapacity) {
  RequestContextPool pool(1);
  auto one = pool.take();
  auto two = pool.take();
  const RequestContext* const kept = one.get();
  pool.give_back(std::move(one));
  pool.give_back(std::move(two));
  auto again = pool.take();
  EXPECT_EQ(again.get(), kept);
}

TEST(RequestContextPool, GivesCleanContexts) {
  RequestContextPool pool(1);
  auto request_context = pool.take();
  const RequestContext* const used = request_context.get();
  for (std::string* buffer : {&request_context->request.body, &request_context->held,
                              &request_context->output, &request_context->body}) {
    buffer->assign(1'000, 'x');
  }
  request_context->held_begin = request_context->output_begin = request_context->body_begin = 3;
  request_context->bytes_in = 3;
  request_context->request.target = "/";
  pool.give_back(std::move(request_context));
  request_context = pool.take();
  ASSERT_EQ(request_context.get(), used);
  EXPECT_TRUE(request_context->request.body.empty());
  EXPECT_TRUE(request_context->held_bytes().empty());
  EXPECT_TRUE(request_context->output_empty());
  EXPECT_EQ(request_context->output_begin + request_context->body_begin, 0U);
  EXPECT_EQ(request_context->bytes_in, 0U);
  EXPECT_TRUE(request_context->request.target.empty());
}

TEST(RequestContextPool, DropsLargeContexts) {
  const auto is_kept = [](auto fill) {
    RequestContextPool pool(1);
    auto request_context = pool.take();
    request_context->output.reserve(1'000);
    fill(*request_context);
    pool.give_back(std::move(request_context));
    return pool.take()->output.capacity() >= 1'000;
  };
  const std::string much(100'000, 'x');
  EXPECT_TRUE(is_kept([](RequestContext&) {}));
  EXPECT_FALSE(is_kept([&](RequestContext& e) { e.request.body = much; }));
  EXPECT_FALSE(is_kept([&](RequestContext& e) { e.request.target = much; }));
  EXPECT_FALSE(is_kept([&](RequestContext& e) { e.request.headers.append_name(much); }));
  EXPECT_FALSE(is_kept([&](RequestContext& e) { e.held = much; }));
  EXPECT_FALSE(is_kept([&](RequestContext& e) { e.output = much; }));
  EXPECT_FALSE(is_kept([&](RequestContext& e) { e.body = much; }));
}

}  // namespace
}  // namespace majuscule::test
