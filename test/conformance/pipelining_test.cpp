// SPDX-License-Identifier: MIT
// Requests sent without waiting for answers (RFC 9112, 9.3.2): every answer comes, in order, for all tasks,
// sizes and speeds of the reader.
#include <thread>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class Pipelining : public ModeTest {};
MAJUSCULE_RUN_IN_EVERY_MODE(Pipelining);

TEST_P(Pipelining, HundredRequestsInOneWriteAreAnsweredInOrder) {
  start();
  HttpClient client = connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += get("/capitalize?text=number+" + std::to_string(i));
  }
  client.send(requests);
  for (int i = 0; i < 100; ++i) {
    expect_ok(client.receive(), "Number " + std::to_string(i));
  }
  EXPECT_EQ(stats_over(client)["requests"], 100);
}

TEST_P(Pipelining, RequestsOfAllKindsKeepTheirOrder) {
  start();
  HttpClient client = connect();
  client.send(post("one") + get("/nothing") + post_chunked("tHREE", 2) + request("HEAD", "/healthz") +
              request("PUT", "/healthz", "Content-Length: 5\r\n") + "GET /" + get("/capitalize?text=six"));
  expect_ok(client.receive(), "One");
  expect_error(client.receive(), 404, Connection::kStays);
  expect_ok(client.receive(), "Three");
  EXPECT_EQ(client.receive(Body::kNone).header("Content-Length"), "2");
  EXPECT_EQ(client.receive().status, 405);
  expect_ok(client.receive(), "Six");
}

TEST_P(Pipelining, AnswersKeepTheirOrderAfterATask) {
  start({"--task=sleep:150ms", "--task-every=2"});
  HttpClient client = connect();
  client.send(get("/capitalize?text=first") + get("/capitalize?text=second+sleeps") + get("/healthz") +
              get("/capitalize?text=third") + get("/capitalize?text=fourth+sleeps") + get("/nothing"));
  expect_ok(client.receive(), "First");
  expect_ok(client.receive(), "Second sleeps");
  expect_ok(client.receive(), "ok");
  expect_ok(client.receive(), "Third");
  expect_ok(client.receive(), "Fourth sleeps");
  expect_error(client.receive(), 404, Connection::kStays);
}

TEST_P(Pipelining, AnswersComeBeforeALaterError) {
  start({"--task=sleep:100ms"});
  HttpClient client = connect();
  client.send(get("/capitalize?text=first") + post("second") + "nonsense\r\n\r\n" +
              get("/capitalize?text=never"));
  const std::vector<HttpResponse> responses = client.receive_to_end();
  ASSERT_EQ(responses.size(), 3U);
  expect_ok(responses[0], "First");
  expect_ok(responses[1], "Second");
  expect_error(responses[2], 400, Connection::kCloses);
  EXPECT_EQ(server().stats()["requests"], 2);
}

TEST_P(Pipelining, ThousandsOfRequestsFlowWhileTheAnswersAreRead) {
  start();
  HttpClient client = connect();
  constexpr int kRequests = 5000;
  std::thread sender([&client] {
    for (int i = 0; i < kRequests; i += 100) {
      std::string requests;
      for (int k = i; k < i + 100; ++k) {
        requests += get("/capitalize?text=n" + std::to_string(k));
      }
      EXPECT_TRUE(client.tcp().send(requests));
    }
  });
  int in_order = 0;
  try {
    while (in_order < kRequests && client.receive().body == "N" + std::to_string(in_order)) {
      ++in_order;
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
  sender.join();
  EXPECT_EQ(in_order, kRequests);
  EXPECT_EQ(stats_over(client)["requests"], kRequests);
}

TEST_P(Pipelining, LargeBodiesArriveCompletelyAndInOrder) {
  start();
  HttpClient client = connect();
  std::vector<std::string> bodies;
  bodies.reserve(8);
  for (int i = 0; i < 8; ++i) {
    bodies.push_back("n" + std::to_string(i) + std::string(300'000 + static_cast<std::size_t>(i), 'X'));
  }
  std::thread sender([&] {
    for (const std::string& body : bodies) {
      EXPECT_TRUE(client.tcp().send(post(body)));
    }
  });
  std::vector<HttpResponse> responses;
  try {
    while (responses.size() < bodies.size()) {
      responses.push_back(client.receive());
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
  sender.join();
  ASSERT_EQ(responses.size(), bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    expect_ok(responses[i], capitalized(bodies[i]));
  }
}

}  // namespace
}  // namespace majuscule::test
