// SPDX-License-Identifier: MIT
// A program with its own service, using the public headers alone: served in every mode, in a child process
// since serve() controls the signals, and tested through a socket.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "majuscule/mode.hpp"
#include "majuscule/serve.hpp"
#include "majuscule/service.hpp"

namespace majuscule::test {
namespace {

/// Echoes the request after a short task; a few paths make it fail.
class Parrot final : public Service {
 public:
  Parrot(std::string mode, const Counters& counters) : mode_(std::move(mode)), counters_(counters) {}

  Outcome handle(Request& request, const Instant& now) override {
    if (request.method == Method::kRaw && request.body == "fail") throw std::runtime_error("a raw failure");
    if (request.path() == "/exception") throw std::runtime_error("a failure\nthat forges a line");
    if (request.path() == "/number") throw 7;
    Outcome outcome;
    if (request.path() == "/status") {
      outcome.reply.status = 99;
      return outcome;
    }
    if (request.path() == "/failures") {
      outcome.reply.body = std::to_string(counters_.read().responses[status_index(500)]);
      return outcome;
    }
    outcome.reply.status = 404;
    outcome.reply.content_type = "text/parrot";
    outcome.reply.fields = "X-Mode: " + mode_ + "\r\n";
    outcome.reply.body = std::string(request.method_name) + " " + std::string(request.path()) + " " +
                         std::string(request.headers.find("x-colour")) + " " + request.body +
                         (now.draining ? " draining" : "");
    outcome.task = {TaskKind::kSleep, std::chrono::microseconds(100)};
    return outcome;
  }

 private:
  const std::string mode_;
  const Counters& counters_;
};

/// A child that runs serve(); killed at the end if it still runs.
class Child {
 public:
  Child(const Options& options, const Mode& mode) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    std::fflush(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::_exit(serve(options, mode, [](const Options&, const ServerInfo& around) {
        return std::make_unique<Parrot>(around.mode + "/" + around.guard, around.counters);
      }));
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    wait();
    if (output_ != nullptr) std::fclose(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Returns the next line of its output; empty at the end.
  std::string line() {
    char text[200];
    return std::fgets(text, sizeof text, output_) != nullptr ? text : "";
  }
  void terminate() const { ::kill(pid_, SIGTERM); }
  /// Returns its exit code; -1 if a signal ended it.
  int wait() {
    int status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &status, 0) != pid_) return -1;
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  std::FILE* output_ = nullptr;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

/// Sends `request` and returns everything until the server closes.
std::string exchange(int port, const std::string& request) {
  const sockaddr_in address = loopback(port);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  char buffer[4096];
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    for (ssize_t count = 0; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(fd);
  return answer;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Embedding : public ::testing::TestWithParam<const Mode*> {};

TEST_P(Embedding, ServesACustomService) {
  const Mode& mode = *GetParam();
  Options options;
  options.port = 0;
  options.raw_port = 0;
  options.log_level = "error";
  Child server(options, mode);
  const std::string ready = server.line();
  int port = 0;
  ASSERT_EQ(std::sscanf(ready.c_str(), "listening on http://127.0.0.1:%d (mode ", &port), 1) << ready;
  EXPECT_TRUE(has(ready, "(mode " + std::string(mode.name) + ")\n")) << ready;
  EXPECT_TRUE(server.line().starts_with("listening on raw://127.0.0.1:"));

  const std::string answer = exchange(port,
                                      "POST /a?b HTTP/1.1\r\nHost: a\r\nX-Colour: green\r\nContent-Length: "
                                      "3\r\nConnection: close\r\n\r\nabc");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 Not Found\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\r\nContent-Type: text/parrot\r\n")) << answer;
  EXPECT_TRUE(has(answer, "\r\nX-Mode: " + std::string(mode.name) + "/")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\nPOST /a green abc")) << answer;

  server.terminate();
  EXPECT_EQ(server.wait(), 0);
}

TEST_P(Embedding, LosesOneConnectionWhenTheServiceFails) {
  for (const unsigned workers : {1U, 2U}) {
    const Mode& mode = *GetParam();
    if (workers > 1 && mode.name != "epoll" && mode.name != "process")
      continue;  // the other modes behave the same
    Options options;
    options.port = 0;
    options.raw_port = 0;
    options.workers = workers;
    options.reuseport = workers > 1 && mode.one_process_a_listener;
    options.log_level = "off";
    Child server(options, mode);
    int port = 0;
    int raw_port = 0;
    ASSERT_EQ(std::sscanf(server.line().c_str(), "listening on http://127.0.0.1:%d (mode ", &port), 1);
    ASSERT_EQ(std::sscanf(server.line().c_str(), "listening on raw://127.0.0.1:%d (mode ", &raw_port), 1);
    const auto get = [](const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; };
    for (const char* path : {"/exception", "/number", "/status"}) {
      const std::string answer = test::exchange(port, get(path) + get("/failures"));
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n")) << path << ": " << answer;
      EXPECT_TRUE(has(answer, "\r\nConnection: close\r\n")) << answer;
      EXPECT_TRUE(answer.ends_with("\r\n\r\n500 Internal Server Error: the service failed\n")) << answer;
    }
    EXPECT_EQ(test::exchange(raw_port, "fail"), "");
    const std::string last = "GET /failures HTTP/1.0\r\n\r\n";
    EXPECT_TRUE(test::exchange(port, last).ends_with("\r\n\r\n3")) << "each is counted";
    server.terminate();
    EXPECT_EQ(server.wait(), 0);
  }
}

TEST_P(Embedding, ReportsATakenPortByItsExitCode) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const int taken = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(taken, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  ASSERT_EQ(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  Options options;
  options.port = ntohs(address.sin_port);
  Child server(options, *GetParam());
  EXPECT_EQ(server.line(), "");
  EXPECT_EQ(server.wait(), 1);
  ::close(taken);
}

std::vector<const Mode*> all_modes() {
  std::vector<const Mode*> all;
  for (const Mode& mode : modes()) all.push_back(&mode);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Modes, Embedding, ::testing::ValuesIn(all_modes()), [](const auto& mode) {
  std::string name(mode.param->name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace majuscule::test
