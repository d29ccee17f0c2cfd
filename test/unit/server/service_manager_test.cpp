// SPDX-License-Identifier: MIT
// What is taken from a service manager, where it is not visible from outside: variables and socket options.
#include "server/service_manager.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

constexpr const char* kVariables[] = {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};

TEST(ServiceManager, RemovesItsVariablesFromTheEnvironment) {
  for (const char* name : kVariables) ::setenv(name, "1", 1);
  const ServiceManager manager;
  for (const char* name : kVariables) EXPECT_EQ(::getenv(name), nullptr) << name;
  EXPECT_TRUE(manager.take_listeners().empty()) << "process 1 is another process";
}

TEST(ServiceManager, IsNotNotifiedWhenAbsent) {
  const ServiceManager manager;
  EXPECT_EQ(manager.notify("READY=1"), std::error_code());
}

/// Returns what a process takes over that is passed these listeners as descriptors 3 and so on: `http raw `;
/// or its error message.
std::string taken(const std::vector<const Listener*>& passed, const std::string& names) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const int result = ::fcntl(ends[1], F_DUPFD_CLOEXEC, 200);
    std::vector<int> copies;
    for (const Listener* each : passed) copies.push_back(::fcntl(each->fd(), F_DUPFD_CLOEXEC, 100));
    int next = 3;
    for (const int copy : copies) ::dup2(copy, next++);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(passed.size()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
    std::string text;
    try {
      for (const Listener& each : ServiceManager().take_listeners()) {
        text += std::string(to_string(each.protocol())) + " ";
      }
    } catch (const std::exception& e) {
      text = e.what();
    }
    ::_exit(::write(result, text.data(), text.size()) < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[256];
  for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  return text;
}

TEST(ServiceManager, UsesSocketsOfOnePortForOneProtocol) {
  const auto listener = [](const char* host, std::uint16_t port) {
    return Listener(Protocol::kHttp, resolve(host, port).front(), 1);
  };
  const Listener first = listener("127.0.0.1", 0);
  const auto port = SocketAddress::of_socket(first.fd()).port();
  const Listener same = listener("127.0.0.2", port);
  const Listener other = listener("127.0.0.1", 0);
  const Listener third = listener("127.0.0.1", 0);
  EXPECT_EQ(taken({&first, &same}, ""), "http http ");
  EXPECT_EQ(taken({&first, &other, &same}, "a:b:a"), "http http raw ");
  EXPECT_EQ(taken({&first, &other, &same}, "a:http:raw"), "http raw raw ");
  EXPECT_EQ(taken({&first, &other}, "http:http"), "http http ");
  EXPECT_EQ(taken({&first, &same, &other}, "raw:raw:"), "http raw raw ");
  EXPECT_NE(taken({&first, &other, &third}, "").find("is one too many: expected"), std::string::npos);
  EXPECT_NE(taken({&first, &other}, "http:http:").find("http"), std::string::npos);
  try {
    const Listener v6 = listener("::1", port);
    EXPECT_EQ(taken({&first, &v6}, "majuscule.socket:majuscule.socket"), "http http ");
    EXPECT_EQ(taken({&v6, &other, &first}, ""), "http http raw ");
  } catch (const std::system_error& e) {
    GTEST_SKIP() << "there is no IPv6 here, or the port is taken: " << e.what();
  }
}

TEST(Listener, SetsUpAnInheritedSocketLikeItsOwn) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  const Listener listener(Protocol::kHttp, fd);
  EXPECT_TRUE(listener.inherited());
  EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  EXPECT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_NE(no_delay, 0);
  EXPECT_FALSE(Listener(Protocol::kHttp, resolve("127.0.0.1", 0).front(), 1).inherited());
}

TEST(Listener, LeavesARefusedDescriptorOpen) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_THROW(Listener(Protocol::kHttp, fd), std::runtime_error);
  EXPECT_EQ(::close(fd), 0);
}

}  // namespace
}  // namespace majuscule::test
