// SPDX-License-Identifier: MIT
#include "fuzz/http_play.hpp"

#include <algorithm>
#include <optional>

#include "fuzz/fuzz.hpp"
#include "fuzz/strict_request.hpp"

namespace majuscule::test {
namespace {

Options options_of(const Scenario& scenario) {
  Options options;
  options.limits = scenario.limits;
  if (scenario.has_tasks) options.task = {TaskKind::kSleep, std::chrono::seconds(1)};
  options.task_every = 2;
  return options;
}

ServerInfo info(Counters& counters) {
  return {.mode = "epoll",
          .guard = "none",
          .libuv_version = "1.0.0",
          .pid = 1,
          .started = kStart,
          .counters = counters,
          .resources = [] { return Resources(); }};
}

}  // namespace

Scenario Scenario::take(std::string_view& input) {
  const auto byte = [input](std::size_t i) -> std::size_t { return static_cast<unsigned char>(input[i]); };
  Scenario scenario;
  scenario.split = static_cast<unsigned>(byte(0));
  scenario.limits.max_header = 128 + 4 * byte(1);
  scenario.limits.max_body = 64 + byte(2) * byte(2) / 4;
  scenario.half_closes = (byte(3) & 1) != 0;
  scenario.drains = (byte(3) & 2) != 0;
  scenario.service_closes = (byte(3) & 4) != 0;
  scenario.has_tasks = (byte(3) & 8) != 0;
  scenario.reads_nothing = (byte(3) & 16) != 0;
  scenario.first_write = byte(4) == 0 ? std::string_view::npos : byte(4);
  scenario.stop = byte(5);
  input.remove_prefix(kSize + 1);
  return scenario;
}

void CheckingLog::write(std::string_view line) {
  ++lines;
  expect(std::count(line.begin(), line.end(), '"') == 6, "a line of the log quotes three texts");
  for (std::size_t i = 0; i < line.size(); ++i) {
    expect(line[i] >= ' ' && line[i] < 0x7f, "the log is printable ASCII");
    expect(line[i] != '\\' || line.substr(i + 1, 1) == "x", "the log escapes bytes as \\xHH");
  }
}

HttpPlay::HttpPlay(const Scenario& scenario, Stage& stage, std::string_view stream)
    : scenario_(scenario),
      stream_(stream),
      unread_(stream),
      unsent_(stream),
      context_{scenario.limits, counters_, &log_, stage.pool},
      service_(options_of(scenario), info(frozen_)),
      heap_(stage.heap),
      held_before_(heap_.live) {
  heap_.peak = heap_.live;
  const Metered metered(heap_);
  connection_ = std::make_unique<HttpConnection>(context_, now(), "192.0.2.7");
}

void HttpPlay::send(std::string_view bytes) {
  unsent_.remove_prefix(bytes.size());
  time_ += std::chrono::milliseconds(1);
  if (bytes.empty() || over() || !connection_->wants_input()) return;
  // The bytes are invalid when receive() returns, as in a buffer that serves many connections.
  const auto buffer = std::make_unique<char[]>(bytes.size());
  bytes.copy(buffer.get(), bytes.size());
  {
    const Metered metered(heap_);
    connection_->receive({buffer.get(), bytes.size()}, now());
  }
  std::fill_n(buffer.get(), bytes.size(), '#');
  proceed();
}

bool HttpPlay::answer_one() {
  Request* request = nullptr;
  {
    const Metered metered(heap_);
    request = connection_->next_request(now());
  }
  if (request == nullptr) return false;
  renewals_ = 0;
  expect(connection_->deadline() == kNever, "there is no deadline while the client waits for its answer");
  expect(pending() < Connection::kOutputLimit, "no request is given while much output waits");
  const auto expected = take_request(unread_);
  expect(expected && same(*expected, *request), "a strict parser reads the request the same");
  expect(unread_.size() >= unsent_.size(), "a request is given only when all of it was sent");

  const bool to_head = request->method == Method::kHead;
  std::optional<Outcome> outcome;
  {
    const Metered metered(heap_);
    outcome =
        service_.handle(*request, instant(kStart, scenario_.drains));  // the same uptime for every /stats
  }
  if (outcome->task.kind != TaskKind::kNone) {
    write(scenario_.first_write);
    time_ += outcome->task.duration;
  }
  if (scenario_.service_closes && owed_.size() % 3 == 2) outcome->reply.close = true;
  owed_.push_back({outcome->reply, to_head, expected->wants_continue});
  const Metered metered(heap_);
  connection_->respond(std::move(outcome->reply), now());
  outcome.reset();  // freed while metered, too
  return true;
}

// Writes once if there is output.
void HttpPlay::write(std::size_t most) {
  const Output output = connection_->pending_output();
  if (output.size() == 0) return;
  if (!reads_) most = 0;
  const std::size_t of_first = std::min(most, output.pieces[0].size());
  const std::size_t of_second = std::min(most - of_first, output.pieces[1].size());
  output_.append(output.pieces[0].substr(0, of_first)).append(output.pieces[1].substr(0, of_second));
  const Metered metered(heap_);
  connection_->sent(of_first + of_second, now());
}

// Does rounds until it must wait for the client.
void HttpPlay::proceed() {
  std::size_t most = scenario_.first_write;
  for (;;) {
    while (answer_one()) continue;
    if (pending() == 0) break;
    write(most);
    if (!reads_) break;
    if (most < std::string_view::npos / 2) most *= 2;
  }
  if (connection_->ending() == Ending::kHalfClose) {
    const Metered metered(heap_);
    connection_->half_closed(now());
    lingers_ = true;
  }
  if (connection_->ending() == Ending::kClose && !over()) {
    expect(ended_ || unread_.size() == unsent_.size(), "unread bytes do not reset an unsent answer");
    closed_ = true;
  }
  if (!over()) check_waiting();
}

void HttpPlay::check_waiting() {
  expect(connection_->deadline() != kNever, "a wait for the client has a deadline");
  // For an answer to be read, a request to begin, its head, a 100 Continue to be read, its body.
  constexpr int kMostRenewals = 5;
  if (connection_->deadline() != deadline_) ++renewals_;
  deadline_ = connection_->deadline();
  expect(renewals_ <= kMostRenewals, "single bytes do not extend a deadline");
  expect(connection_->wants_input() || pending() > 0, "a driver has something to wait for");
  const Limits& limits = scenario_.limits;
  if (pending() > 0) {
    expect(connection_->deadline() <= time_ + limits.write_timeout,
           "a client that does not read has a deadline");
    return;
  }
  const std::string_view begun = skip_empty_lines(unread_.substr(0, unread_.size() - unsent_.size()));
  expect(connection_->idle() == (begun.empty() || begun == "\r"),
         "a connection holds no exchange exactly while no request has begun");
  expect(connection_->deadline() <= time_ + (connection_->idle()
                                                 ? limits.idle_timeout
                                                 : std::max(limits.header_timeout, limits.body_timeout)),
         "a client has to send");
  expect(!scenario_.drains || !connection_->idle() || connection_->fresh(),
         "a draining server does not wait for an answered client");
}

void HttpPlay::finish() {
  const Written before_end = check_written();
  expect(over() == before_end.says_close, "the connection ends after Connection: close");
  std::string_view unread = unread_;
  if (const auto next = take_request(unread)) {
    const Limits& limits = scenario_.limits;
    const bool is_small = next->head_size <= limits.max_header && next->body.size() <= limits.max_body;
    expect(over(), "a complete request is answered");
    expect(!before_end.refused || !next->is_plain || !is_small, "a plain request is not refused");
  }
  if (scenario_.half_closes && connection_->wants_input()) {
    ended_ = true;
    {
      const Metered metered(heap_);
      connection_->end_of_input(now());
    }
    proceed();
    expect(connection_->ending() == Ending::kClose, "the server closes when its client has");
  }
  const Written written = check_written();
  expect(!written.refused || ended_ || lingers_, "a refused client can read the answer");
  const CounterValues& counted = counters();
  std::size_t answers = 0;
  for (const auto count : counted.responses) answers += count;
  expect(answers == written.answers && log_.lines == written.answers, "each answer is counted and logged");
  expect(counted.responses.back() == 0, "each status has a counter");
  expect(counted.bytes_out + 25 * written.continues == output_.size(), "bytes_out counts the answers");
  expect(counted.bytes_in <= stream_.size(), "bytes_in counts at most the bytes received");
  leave();
}

void HttpPlay::fall_silent(std::string_view last) {
  reads_ = !scenario_.reads_nothing;
  send(last);
  for (int calls = 0; connection_->ending() != Ending::kClose; ++calls) {
    expect(calls < 4, "deadlines end the connection soon");
    expect(connection_->deadline() != kNever, "a wait for the client has a deadline");
    time_ = std::max(time_, connection_->deadline());
    ended_ = true;
    {
      const Metered metered(heap_);
      connection_->expire(now());
    }
    proceed();
  }
  if (reads_) check_written();
  leave();
}

Written HttpPlay::check_written() const {
  // After misplaced CRs or LFs, a refused HEAD is still answered without a body.
  const std::size_t begin = std::min(unread_.find_first_not_of("\r\n"), unread_.size());
  return check_output(output_, owed_, unread_.substr(begin).starts_with("HEAD"));
}

void HttpPlay::leave() {
  {
    const Metered metered(heap_);
    connection_.reset();
  }
  // The bound, without its allowance for a larger read and for more output than there was: an output buffer
  // that grows exists three times.
  const std::size_t unread = Connection::kLargestRead - std::min(Connection::kLargestRead, stream_.size());
  const std::size_t unwritten = Connection::kOutputLimit - std::min(Connection::kOutputLimit, output_.size());
  const std::size_t bound = Connection::memory_bound(scenario_.limits) - unread - 3 * unwritten;
  expect(heap_.peak - held_before_ <= static_cast<std::ptrdiff_t>(bound), "memory is bounded");
}

}  // namespace majuscule::test
