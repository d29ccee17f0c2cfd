// SPDX-License-Identifier: MIT
// Listening on all addresses of a host, formatting of addresses, and the client's address from accept(2).
#include "server/listeners.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

SocketAddress v4(const char* host, std::uint16_t port = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &address.sin_addr);
  return SocketAddress(address);
}

SocketAddress v6(const char* host, std::uint16_t port = 0) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  ::inet_pton(AF_INET6, host, &address.sin6_addr);
  return SocketAddress(address);
}

void expect_none_skipped(const SocketAddress& address, std::error_code reason) {
  ADD_FAILURE() << address.text() << ": " << reason.message();
}

bool has_ipv6() {
  try {
    const Listener listener(Protocol::kHttp, v6("::1"), 1);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

UniqueFd connected_to(const SocketAddress& address) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(fd.get(), address.get(), address.size()) == 0 ? std::move(fd) : UniqueFd();
}

AcceptResult accept(Listener& listener, Accepted& client) {
  pollfd waits{listener.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&waits, 1, 10'000), 1);
  return listener.accept(client, true);
}

TEST(SocketAddress, IsFormattedAsInAUrl) {
  EXPECT_EQ(v4("192.0.2.1", 80).text(), "192.0.2.1:80");
  EXPECT_EQ(v6("2001:db8::1", 80).text(), "[2001:db8::1]:80");
  EXPECT_EQ(v6("2001:db8::1", 80).host(), "2001:db8::1");
  EXPECT_EQ(SocketAddress().host(), "-");
}

TEST(SocketAddress, OfIpv4OverIpv6IsPlainIpv4) {
  EXPECT_EQ(v6("::ffff:192.0.2.1").host(), "192.0.2.1");
  EXPECT_EQ(v6("::ffff:192.0.2.1", 80).text(), "192.0.2.1:80");
  EXPECT_EQ(v6("::192.0.2.1").host(), "::192.0.2.1") << "compatible is not mapped";
}

TEST(Resolve, TakesAddressesWithAndWithoutBrackets) {
  EXPECT_EQ(resolve("127.0.0.1", 80), std::vector{v4("127.0.0.1", 80)});
  EXPECT_EQ(resolve("::1", 80), std::vector{v6("::1", 80)});
  EXPECT_EQ(resolve("[::1]", 80), std::vector{v6("::1", 80)});
}

TEST(Resolve, GivesEachAddressOfANameOnce) {
  const std::vector<SocketAddress> addresses = resolve("localhost", 80);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(addresses[i] == addresses[k]) << addresses[i].text();
  }
}

TEST(Resolve, NamesAnInvalidHost) {
  for (const std::string host : {"[::1", "", "localhost:80", "no.such.host.invalid", "300.1.1.1"}) {
    try {
      resolve(host, 80);
      ADD_FAILURE() << host;
    } catch (const std::runtime_error& e) {
      EXPECT_TRUE(std::string(e.what()).starts_with("--host=" + host + ": ")) << e.what();
    }
  }
}

TEST(ListenOn, ListensOnAllAddressesAtOnePort) {
  if (!has_ipv6()) GTEST_SKIP() << "there is no IPv6 here";
  for (const bool all : {false, true}) {
    const auto listeners =
        listen_on(Protocol::kHttp, {all ? v6("::") : v6("::1"), all ? v4("0.0.0.0") : v4("127.0.0.1")}, 8,
                  expect_none_skipped);
    ASSERT_EQ(listeners.size(), 2U);
    const auto port = SocketAddress::of_socket(listeners[0].fd()).port();
    EXPECT_EQ(SocketAddress::of_socket(listeners[1].fd()).port(), port);
    EXPECT_EQ(listeners[0].url(), std::string(all ? "http://[::]:" : "http://[::1]:") + std::to_string(port));
    EXPECT_TRUE(connected_to(v6("::1", port)));
    EXPECT_TRUE(connected_to(v4("127.0.0.1", port)));
    const Listener twin = listeners[0].twin(8);
    EXPECT_EQ(SocketAddress::of_socket(twin.fd()), SocketAddress::of_socket(listeners[0].fd()));
  }
}

TEST(ListenOn, Ipv6AloneServesIpv4Too) {
  if (!has_ipv6()) GTEST_SKIP() << "there is no IPv6 here";
  auto listeners = listen_on(Protocol::kHttp, {v6("::")}, 8, expect_none_skipped);
  const UniqueFd client = connected_to(v4("127.0.0.1", SocketAddress::of_socket(listeners[0].fd()).port()));
  Accepted accepted;
  ASSERT_EQ(accept(listeners[0], accepted), AcceptResult::kAccepted);
  EXPECT_EQ(accepted.peer.host(), "127.0.0.1");
}

TEST(ListenOn, SkipsAnAddressThatThisMachineDoesNotHave) {
  std::string skipped;
  const auto note = [&](const SocketAddress& address, std::error_code reason) {
    EXPECT_EQ(reason.value(), EADDRNOTAVAIL);
    skipped += address.host() + " ";
  };
  const auto listeners =
      listen_on(Protocol::kRaw, {v4("198.51.100.1"), v4("127.0.0.1"), v4("203.0.113.1")}, 8, note);
  ASSERT_EQ(listeners.size(), 1U);
  EXPECT_TRUE(listeners[0].url().starts_with("raw://127.0.0.1:")) << listeners[0].url();
  EXPECT_EQ(skipped, "198.51.100.1 203.0.113.1 ");
}

TEST(ListenOn, NamesTheAddressOnWhichItCannotListen) {
  const auto expect_said = [](std::vector<SocketAddress> addresses, const std::string& what) {
    try {
      listen_on(Protocol::kHttp, std::move(addresses), 8, [](const SocketAddress&, std::error_code) {});
      ADD_FAILURE() << what;
    } catch (const std::system_error& e) {
      EXPECT_TRUE(std::string(e.what()).starts_with("cannot listen on " + what + ": ")) << e.what();
    }
  };
  expect_said({v4("198.51.100.1"), v4("203.0.113.1")}, "203.0.113.1:0");
  const Listener taken(Protocol::kHttp, v4("127.0.0.2"), 8);
  const auto port = SocketAddress::of_socket(taken.fd()).port();
  expect_said({v4("127.0.0.1", port), v4("127.0.0.2", port)}, "127.0.0.2:" + std::to_string(port));
}

TEST(Listener, KnowsTheAddressOfAClientThatHasReset) {
  Listener listener(Protocol::kHttp, v4("127.0.0.1"), 8);
  {
    const UniqueFd client = connected_to(SocketAddress::of_socket(listener.fd()));
    const linger reset{1, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  Accepted accepted;
  ASSERT_EQ(accept(listener, accepted), AcceptResult::kAccepted);
  EXPECT_EQ(accepted.peer.host(), "127.0.0.1");
  EXPECT_EQ(accepted.protocol, Protocol::kHttp);
}

TEST(Listener, DistinguishesAFailureFromAnEmptyQueue) {
  Listener listener(Protocol::kHttp, v4("127.0.0.1"), 8);
  Accepted accepted;
  EXPECT_EQ(listener.accept(accepted, true), AcceptResult::kQueueEmpty);
  ::shutdown(listener.fd(), SHUT_RDWR);
  EXPECT_EQ(listener.accept(accepted, true), AcceptResult::kFailed);
  EXPECT_EQ(listener.failure(), "cannot accept clients of " + listener.url() + ": Invalid argument");
  listener.close();
  EXPECT_EQ(listener.accept(accepted, true), AcceptResult::kQueueEmpty);
}

}  // namespace
}  // namespace majuscule::test
