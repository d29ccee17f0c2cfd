// SPDX-License-Identifier: MIT
// In the steady state of a keep-alive connection, no request allocates heap memory: first the connection with
// its service and pool alone, then each event loop on a thread, through a socket. Allocations of a
// connection's first requests are not counted.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

#include "app/capitalize_service.hpp"
#include "http/http_connection.hpp"
#include "http/request_context.hpp"
#include "server/server.hpp"
#include "support/allocations.hpp"
#include "support/fakes.hpp"

namespace majuscule::test {
namespace {

constexpr int kWarmUp = 100;
constexpr int kCounted = 1000;

struct Case {
  std::string name;
  std::string request;
  std::string body;  ///< of the answer
  int answers = 1;
};

std::string post(const std::string& body) {
  return "POST /capitalize HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::vector<Case> cases() {
  const std::string get =
      "GET /capitalize?text=hello%20WORLD,+you+there HTTP/1.1\r\nHost: localhost:8000\r\n\r\n";
  const std::string answer = "Hello world, you there";
  const std::string small = "hello WORLD of 20 b.";
  const std::string browser =
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,*/*;q=0.8\r\nConnection: "
      "keep-alive\r\n";
  std::string pipeline;
  for (int i = 0; i < 16; ++i) pipeline += get;
  return {
      {"Get", get, answer},
      {"GetWithMoreFields", std::string(get).insert(get.size() - 2, browser), answer},
      {"GetOfHttp10", "GET /capitalize?text=hello%20WORLD,+you+there HTTP/1.0\r\n" + browser + "\r\n",
       answer},
      {"Pipeline", pipeline, answer, 16},
      {"PostOf20Bytes", post(small), "Hello world of 20 b."},
      {"PostOf8KiB", post(std::string(8192, 'A')), "A" + std::string(8191, 'a')},
      {"PostInChunks",
       "POST /capitalize HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + small +
           "\r\n0\r\n\r\n",
       "Hello world of 20 b."},
  };
}

void PrintTo(const Case& a_case, std::ostream* out) { *out << a_case.name; }

const auto kName = [](const auto& info) { return info.param.name; };

TEST(Allocations, AreCounted) {
  if (!malloc_is_counted())
    std::cout << "a sanitizer or another libc: operator new is counted, malloc is not\n";
  const auto before = allocations();
  auto uncounted = std::make_unique<std::string>(100, 'x');
  EXPECT_EQ(allocations(), before);
  count_allocations_here(true);
  auto counted = std::make_unique<std::string>(100, 'x');
  const auto after_new = allocations();
  void* volatile memory = std::malloc(100);
  count_allocations_here(false);
  const auto after_malloc = allocations();
  std::free(memory);
  EXPECT_GE(after_new, before + 2);
  EXPECT_EQ(after_malloc > after_new, malloc_is_counted());
}

class ConversationAllocates : public ::testing::TestWithParam<Case> {};

TEST_P(ConversationAllocates, NothingForARequest) {
  const Limits limits;
  FakeCounters counters;
  RequestContextPool pool(256);
  ConnectionContext context{limits, counters, nullptr, pool};
  CapitalizeService service(Options(), {.mode = "epoll",
                                        .guard = "none",
                                        .libuv_version = "",
                                        .pid = 1,
                                        .started = kStart,
                                        .counters = counters,
                                        .resources = [] { return Resources(); }});
  HttpConnection connection(context, instant());
  std::string last;
  last.reserve(64 * 1024);
  std::uint64_t before = 0;
  for (int i = 0; i < kWarmUp + kCounted; ++i) {
    if (i == kWarmUp) {
      before = allocations();
      count_allocations_here(true);
    }
    ASSERT_TRUE(connection.wants_input());
    connection.receive(GetParam().request, instant());
    last.clear();
    do {
      while (Request* const request = connection.next_request(instant())) {
        Outcome outcome = service.handle(*request, instant());
        connection.respond(std::move(outcome.reply), instant());
      }
      const Output output = connection.pending_output();
      last.append(output.pieces[0]).append(output.pieces[1]);
      connection.sent(output.size(), instant());
    } while (!connection.idle());
  }
  count_allocations_here(false);
  EXPECT_EQ(allocations() - before, 0U);
  EXPECT_TRUE(last.starts_with("HTTP/1.1 200 OK\r\n")) << last.substr(0, 200);
  EXPECT_TRUE(last.ends_with("\r\n\r\n" + GetParam().body));
  EXPECT_EQ(counters.counters.requests,
            static_cast<std::uint64_t>((kWarmUp + kCounted) * GetParam().answers));
}

INSTANTIATE_TEST_SUITE_P(Steady, ConversationAllocates, ::testing::ValuesIn(cases()), kName);

/// Counts the allocations of the thread that calls it.
class CountingService final : public Service {
 public:
  explicit CountingService(std::unique_ptr<Service> service) : service_(std::move(service)) {}
  Outcome handle(Request& request, const Instant& now) override {
    count_allocations_here(true);
    return service_->handle(request, now);
  }

 private:
  std::unique_ptr<Service> service_;
};

UniqueFd connect_to(const std::string& url) {
  const std::string_view port(std::string_view(url).substr(url.rfind(':') + 1));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::uint16_t number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  address.sin_port = htons(number);
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
  return fd;
}

/// Sends the request and receives its answers, without allocating.
testing::AssertionResult ask(int fd, const Case& asked, std::size_t& answer_size) {
  std::string_view rest = asked.request;
  while (!rest.empty()) {
    const auto count = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count <= 0) return testing::AssertionFailure() << "send: " << errno;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  static char buffer[64 * 1024];
  std::size_t size = 0;
  const auto text = [&] { return std::string_view(buffer, size); };
  // The first answer gives the size of all that follow: only their date differs.
  const auto whole = [&] {
    if (answer_size > 0) return size >= answer_size * static_cast<std::size_t>(asked.answers);
    const auto head = text().find("\r\n\r\n");
    if (head == std::string_view::npos || size < head + 4 + asked.body.size()) return false;
    answer_size = head + 4 + asked.body.size();
    return size >= answer_size * static_cast<std::size_t>(asked.answers);
  };
  while (!whole()) {
    const auto count = ::recv(fd, buffer + size, sizeof buffer - size, 0);
    if (count <= 0) return testing::AssertionFailure() << "recv: " << count << " " << errno;
    size += static_cast<std::size_t>(count);
  }
  if (text().starts_with("HTTP/1.1 200 OK\r\n") && text().ends_with(asked.body))
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << text().substr(0, 300);
}

/// Without the modes of the blocking driver, whose larger read buffer is allocated on demand.
std::vector<std::string> event_loops() {
  std::vector<std::string> names;
  for (const Mode& mode : modes()) {
    const bool blocks = mode.name == "sequential" || mode.name == "fibers";
    const bool can_run = mode.unavailable == nullptr || mode.unavailable().empty();
    if (mode.sharing == Sharing::kOneThread && !blocks && can_run) names.emplace_back(mode.name);
  }
  return names;
}

class ModeAllocates : public ::testing::TestWithParam<std::tuple<std::string, Case>> {};

TEST_P(ModeAllocates, NothingForARequest) {
  const auto& [name, asked] = GetParam();
  Options options;
  options.port = 0;
  options.log_level = "off";
  const Mode& mode = *find_mode(name);
  ServerContext context(options, mode);
  Server server(
      context,
      [](const Options& o, const ServerInfo& around) {
        return std::make_unique<CountingService>(std::make_unique<CapitalizeService>(o, around));
      },
      [] {}, 0);
  std::thread loop([&] { mode.run(server); });
  const UniqueFd client = connect_to(server.listeners().front().url());
  EXPECT_TRUE(client);
  std::size_t answer_size = 0;
  bool good = static_cast<bool>(client);
  std::uint64_t before = 0;
  for (int i = 0; i < kWarmUp + kCounted && good; ++i) {
    if (i == kWarmUp) before = allocations();
    const testing::AssertionResult result = ask(client.get(), asked, answer_size);
    good = static_cast<bool>(result);
    EXPECT_TRUE(result);
  }
  EXPECT_EQ(allocations() - before, 0U);
  ::kill(::getpid(), SIGTERM);
  loop.join();
}

const auto kModeAndName = [](const auto& info) {
  return std::get<0>(info.param) + "_" + std::get<1>(info.param).name;
};

INSTANTIATE_TEST_SUITE_P(Steady, ModeAllocates,
                         ::testing::Combine(::testing::ValuesIn(event_loops()), ::testing::ValuesIn(cases())),
                         kModeAndName);

}  // namespace
}  // namespace majuscule::test
