// SPDX-License-Identifier: MIT
// Framing that cannot be trusted: one answer with the right status, then a close that lets the client read
// it, and nothing after it is processed. Each request is sent whole, byte by byte, after a valid request and
// before one.
#include <tuple>

#include <gtest/gtest.h>

#include "conformance/answers.hpp"
#include "conformance/rejected_requests.hpp"
#include "support/server_test.hpp"

namespace majuscule::test {
namespace {

class RejectedRequest : public ServerTest,
                        public ::testing::WithParamInterface<std::tuple<std::string, Rejected>> {
 protected:
  void SetUp() override { start(std::get<0>(GetParam())); }
  [[nodiscard]] const Rejected& rejected() const { return std::get<1>(GetParam()); }

  void expect_only_an_error(const std::vector<HttpResponse>& responses) {
    ASSERT_EQ(responses.size(), 1U);
    expect_error(responses[0], rejected().status, Connection::kCloses);
  }
};

std::string name_of(const ::testing::TestParamInfo<std::tuple<std::string, Rejected>>& info) {
  return test_name(std::get<0>(info.param)) + "_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(RequestLine, RejectedRequest,
                         ::testing::Combine(::testing::ValuesIn(mode_names()),
                                            ::testing::ValuesIn(rejected_request_lines())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Headers, RejectedRequest,
                         ::testing::Combine(::testing::ValuesIn(mode_names()),
                                            ::testing::ValuesIn(rejected_headers())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Body, RejectedRequest,
                         ::testing::Combine(::testing::ValuesIn(mode_names()),
                                            ::testing::ValuesIn(rejected_bodies())),
                         name_of);

TEST_P(RejectedRequest, IsAnsweredOnceAndNothingAfterItIsProcessed) {
  {
    SCOPED_TRACE("whole");
    HttpClient client = connect();
    client.send(rejected().request);
    expect_only_an_error(client.receive_to_end());
  }
  {
    SCOPED_TRACE("byte by byte");
    HttpClient client = connect();
    (void)client.tcp().send_in_pieces(rejected().request, 1);
    expect_only_an_error(client.receive_to_end());
  }
  {
    SCOPED_TRACE("with a good request behind it");
    HttpClient client = connect();
    client.send(rejected().request + get("/capitalize?text=smuggled") + post("smuggled"));
    expect_only_an_error(client.receive_to_end());
  }
  EXPECT_EQ(server().stats()["requests"], 0) << "something after the error was processed";
  {
    SCOPED_TRACE("behind two good requests");
    HttpClient client = connect();
    client.send(get("/capitalize?text=first") + post("second") + rejected().request +
                get("/capitalize?text=never"));
    const std::vector<HttpResponse> responses = client.receive_to_end();
    ASSERT_EQ(responses.size(), 3U);
    expect_ok(responses[0], "First");
    expect_ok(responses[1], "Second");
    expect_error(responses[2], rejected().status, Connection::kCloses);
  }
  const Stats stats = server().stats();
  EXPECT_EQ(stats["requests"], 2);
  EXPECT_EQ(stats["responses/" + std::to_string(rejected().status)], 4);
}

}  // namespace
}  // namespace majuscule::test
