// SPDX-License-Identifier: MIT
// The do-nothing reference server: the cost of serving without parsing, routing or counting. It sends one
// fixed answer, the same bytes as Majuscule, for every --request-bytes received. Two models: `epoll`, one
// thread that blocks only in epoll_wait, and `threads`, a thread for each client that blocks in recv. A
// client that does not read its answers is closed. SIGTERM ends the process at once. It is for measurements
// only.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 13:04:30 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 11\r\n\r\nHello world";
constexpr std::size_t kReadSize = 64 * 1024;
constexpr int kBacklog = 4096;
constexpr int kEventsPerWait = 1024;

using ReadBuffer = std::array<char, kReadSize>;

struct Options {
  std::string_view model = "epoll";
  std::uint16_t port = 0;
  std::size_t request_bytes = 0;
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

[[noreturn]] void usage() {
  std::fputs("usage: majuscule-reference --model=epoll|threads [--port=N] --request-bytes=N (1 to 65536)\n",
             stderr);
  std::exit(2);
}

template <typename Number>
Number number_or_usage(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) usage();
  return number;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos) usage();
    const auto name = argument.substr(0, equals), value = argument.substr(equals + 1);
    if (name == "--model" && (value == "epoll" || value == "threads"))
      options.model = value;
    else if (name == "--port")
      options.port = number_or_usage<std::uint16_t>(value);
    else if (name == "--request-bytes")
      options.request_bytes = number_or_usage<std::size_t>(value);
    else
      usage();
  }
  if (options.request_bytes == 0 || options.request_bytes > kReadSize) usage();
  return options;
}

// The same options as Majuscule's listener; accepted sockets inherit TCP_NODELAY from it.
int listen_on_loopback(const Options& options) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(options.port);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) != 0) fail("bind");
  if (listen(listener, kBacklog) != 0) fail("listen");
  if (getsockname(listener, generic, &size) != 0) fail("getsockname");
  std::printf("listening on http://127.0.0.1:%d (reference %.*s)\n", ntohs(address.sin_port),
              static_cast<int>(options.model.size()), options.model.data());
  std::fflush(stdout);
  return listener;
}

// Answers bytes with bytes. One read and one write per call, for any number of requests in the read. The rest
// of an incomplete request is only a number, so a client costs no memory. Shared by all threads, never
// changed.
class Answerer {
 public:
  explicit Answerer(std::size_t request_bytes) : request_bytes_(request_bytes) {
    const std::size_t most_at_once = kReadSize / request_bytes + 1;
    for (std::size_t i = 0; i < most_at_once; ++i) answers_ += kAnswer;
  }

  // False when the client has closed or does not read.
  bool serve(int client, std::size_t& remainder, ReadBuffer& input) const {
    const ssize_t received = recv(client, input.data(), input.size(), 0);
    if (received <= 0) return false;
    remainder += static_cast<std::size_t>(received);
    const std::size_t owed = remainder / request_bytes_ * kAnswer.size();
    remainder %= request_bytes_;
    return owed == 0 || send(client, answers_.data(), owed, MSG_NOSIGNAL) == static_cast<ssize_t>(owed);
  }

 private:
  std::size_t request_bytes_;
  std::string answers_;
};

void watch(int poller, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

[[noreturn]] void run_epoll(int listener, const Answerer& answerer) {
  ReadBuffer input;
  std::vector<std::size_t> remainders;  // by descriptor
  std::array<epoll_event, kEventsPerWait> events;
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) fail("epoll_create1");
  watch(poller, listener);
  for (;;) {
    const int ready = epoll_wait(poller, events.data(), kEventsPerWait, -1);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor != listener) {
        auto& remainder = remainders[static_cast<std::size_t>(descriptor)];
        if (!answerer.serve(descriptor, remainder, input)) close(descriptor);
        continue;
      }
      const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (client < 0) continue;
      remainders.resize(std::max(remainders.size(), static_cast<std::size_t>(client) + 1));
      remainders[static_cast<std::size_t>(client)] = 0;
      watch(poller, client);
    }
  }
}

[[noreturn]] void run_threads(int listener, const Answerer& answerer) {
  for (;;) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    std::thread([client, &answerer] {
      ReadBuffer input;
      for (std::size_t remainder = 0; answerer.serve(client, remainder, input);) {
      }
      close(client);
    }).detach();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  std::signal(SIGTERM, [](int) { _exit(0); });
  const int listener = listen_on_loopback(options);
  const Answerer answerer(options.request_bytes);
  if (options.model == "threads") run_threads(listener, answerer);
  run_epoll(listener, answerer);
}
