// SPDX-License-Identifier: MIT
// Runs against a name with several addresses, some of which refuse or hang. The test gives the addresses
// itself, since resolving a name depends on the machine.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "load/client.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

/// A bound loopback socket whose port no other socket has; connecting to it is refused.
class Bound {
 public:
  Bound() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto& in = reinterpret_cast<sockaddr_in&>(endpoint_.address);
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    endpoint_.size = sizeof in;
    EXPECT_EQ(::bind(fd_.get(), address(), endpoint_.size), 0);
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&endpoint_.address), &endpoint_.size);
  }

  int fd() const { return fd_.get(); }
  const Address::Endpoint& endpoint() const { return endpoint_; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&endpoint_.address); }

 private:
  UniqueFd fd_;
  Address::Endpoint endpoint_;
};

/// A listener with a full queue: connecting to it hangs.
class Hanging : public Bound {
 public:
  Hanging() {
    EXPECT_EQ(::listen(fd(), 0), 0);
    for (UniqueFd& client : clients_) {
      client = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      ::connect(client.get(), address(), endpoint().size);
    }
  }

 private:
  std::array<UniqueFd, 4> clients_;
};

/// Sends one answer for each read.
class Answering : public Bound {
 public:
  Answering() {
    EXPECT_EQ(::listen(fd(), 64), 0);
    thread_ = std::thread([this] { serve(); });
  }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() {
    ::shutdown(fd(), SHUT_RDWR);
    thread_.join();
  }

  int accepted() const { return accepted_; }

 private:
  void serve() {
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    std::vector<pollfd> watched{{fd(), POLLIN, 0}};
    for (;;) {
      ::poll(watched.data(), watched.size(), -1);
      for (std::size_t i = 1; i < watched.size(); ++i) {
        if (watched[i].revents == 0) continue;
        char input[4096];
        if (::recv(watched[i].fd, input, sizeof input, 0) > 0) {
          ::send(watched[i].fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
        } else {
          ::close(watched[i].fd);
          watched[i].fd = -1;
        }
      }
      if (watched[0].revents == 0) continue;
      const int client = ::accept(fd(), nullptr, nullptr);
      if (client < 0) break;
      ++accepted_;
      watched.push_back({client, POLLIN, 0});
    }
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].fd >= 0) ::close(watched[i].fd);
    }
  }

  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

Result run(const LoadConfig& config, std::vector<Address::Endpoint> endpoints, std::size_t idle = 0) {
  RequestTemplate request{.request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n", .expected = {.any_body = true}};
  return Client(config, std::move(request), Address(std::move(endpoints)), idle, {}).run();
}

void expect_all_answered(const Result& result, std::uint64_t requests) {
  EXPECT_EQ(result.invalid_reasons(), std::vector<std::string>());
  EXPECT_EQ(result.recorder.requests, requests);
  EXPECT_EQ(result.recorder.total_failures(), 0U);
}

TEST(SeveralAddresses, AreTriedUntilOneAnswers) {
  const Bound refusing;
  Answering server;
  for (const std::optional<std::uint64_t> each :
       {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(1)}) {
    const LoadConfig config{.connections = 3, .requests_per_connection = each, .requests = 30};
    const Result result = run(config, {refusing.endpoint(), server.endpoint()});
    expect_all_answered(result, 30);
    EXPECT_EQ(result.addresses, std::vector<std::string>{server.endpoint().in_words()});
  }
}

TEST(SeveralAddresses, AreUsedInTurn) {
  Answering one, other;
  const Result result = run({.connections = 4, .requests = 40}, {one.endpoint(), other.endpoint()});
  expect_all_answered(result, 40);
  EXPECT_EQ(one.accepted(), 2);
  EXPECT_EQ(other.accepted(), 2);
  EXPECT_EQ(result.addresses,
            (std::vector<std::string>{one.endpoint().in_words(), other.endpoint().in_words()}));
}

TEST(SeveralAddresses, AreTriedInParallelToAHangingOne) {
  const Hanging hanging;
  Answering server;
  const Result result = run({.connections = 1, .requests = 5}, {hanging.endpoint(), server.endpoint()});
  expect_all_answered(result, 5);
  EXPECT_EQ(result.addresses, std::vector<std::string>{server.endpoint().in_words()});
  EXPECT_GE(result.recorder.connect.min(), AddressTurn::kHeadStart) << "from the first attempt on";
}

TEST(SeveralAddresses, ServeTheSilentClientsToo) {
  const Bound refusing;
  const Hanging hanging;
  Answering server;
  const Result result =
      run({.connections = 1, .requests = 5}, {refusing.endpoint(), hanging.endpoint(), server.endpoint()}, 6);
  expect_all_answered(result, 5);
  EXPECT_EQ(server.accepted(), 7);
}

TEST(SeveralAddresses, CountOneErrorAConnectionWhenNoneWorks) {
  const Bound one, other;
  const Result result = run({.connections = 3, .requests = 30}, {one.endpoint(), other.endpoint()});
  EXPECT_EQ(result.recorder.failures[static_cast<std::size_t>(Failure::kConnect)], 3U);
  EXPECT_EQ(result.addresses, std::vector<std::string>());
  EXPECT_EQ(result.invalid_reasons().front(), "no connection could be made");
}

TEST(SeveralAddresses, ThatAllHangTimeOut) {
  const Hanging one, other;
  const Result result =
      run({.connections = 2, .requests = 2, .timeout = 400ms}, {one.endpoint(), other.endpoint()});
  EXPECT_EQ(result.recorder.failures[static_cast<std::size_t>(Failure::kConnect)], 2U);
  EXPECT_EQ(result.recorder.first_reason[static_cast<std::size_t>(Failure::kConnect)], "timed out");
}

}  // namespace
}  // namespace majuscule::test
