// SPDX-License-Identifier: MIT
// What is taken from a service manager, where it cannot be seen from outside: variables and socket options.
#include "net/service_manager.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

constexpr const char* kVariables[] = {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"};

TEST(ServiceManager, TakesItsVariablesOutOfTheEnvironment) {
  for (const char* name : kVariables) ::setenv(name, "1", 1);
  const ServiceManager manager;
  for (const char* name : kVariables) EXPECT_EQ(::getenv(name), nullptr) << name;
  EXPECT_TRUE(manager.take_listeners().empty()) << "process 1 is somebody else";
}

TEST(ServiceManager, ThatIsNotThereIsToldNothing) {
  const ServiceManager manager;
  EXPECT_EQ(manager.notify("READY=1"), std::error_code());
}

TEST(Listener, MakesAnInheritedSocketLikeItsOwn) {
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
  EXPECT_FALSE(Listener(Protocol::kHttp, "127.0.0.1", 0, 1).inherited());
}

TEST(Listener, LeavesADescriptorAloneThatItRefuses) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_THROW(Listener(Protocol::kHttp, fd), std::runtime_error);
  EXPECT_EQ(::close(fd), 0);
}

}  // namespace
}  // namespace majuscule::test
