// SPDX-License-Identifier: MIT
// One client of an HttpConnection and a driver between them, which does what the drivers do, in
// their order, and checks after each round what a driver relies on. The service is the server's own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/capitalize_service.hpp"
#include "fuzz/heap_meter.hpp"
#include "fuzz/strict_answers.hpp"
#include "http/http_connection.hpp"
#include "http/request_context.hpp"
#include "support/fakes.hpp"

namespace majuscule::test {

/// The circumstances of a conversation, from the first line of a fuzz input.
struct Scenario {
  Limits limits;
  unsigned split = 0;           ///< seed of how the client's bytes are split
  std::size_t first_write = 0;  ///< how much the first write of a round takes; the next take ever more
  std::size_t stop = 0;         ///< in 1/256 of the input: where a client falls silent
  bool half_closes = false;     ///< the client ends its side behind its last byte
  bool drains = false;          ///< the server is stopping
  bool service_closes = false;  ///< every third reply of the service wants the connection closed
  bool has_tasks = false;       ///< every second capitalize request owes a task
  bool reads_nothing = false;   ///< the client that falls silent has not read either

  /// Takes a line of kSize bytes and a byte behind it.
  static Scenario take(std::string_view& input);
  static constexpr std::size_t kSize = 6;
};

/// Checks each line and keeps none.
class CheckingLog final : public AccessLog {
 public:
  void write(std::string_view line) override;
  std::size_t lines = 0;
};

/// What the conversations of one scenario share, one after the other.
struct Stage {
  RequestContextPool pool{2};
  HeapMeter heap;
};

class HttpPlay {
 public:
  /// `stream` is all that the client is going to send.
  HttpPlay(const Scenario& scenario, Stage& stage, std::string_view stream);
  HttpPlay(const HttpPlay&) = delete;
  HttpPlay& operator=(const HttpPlay&) = delete;

  /// The client sends these bytes of the stream.
  void send(std::string_view bytes);
  /// The client has sent the whole stream, and its end if the scenario says so. The conversation is left.
  void finish();
  /// The client falls silent, and in some scenarios has taken no byte of an answer since its last one.
  void fall_silent(std::string_view last);

  const std::string& output() const { return output_; }
  const CounterValues& counters() const { return counters_.counters; }

 private:
  bool over() const { return lingers_ || closed_; }
  Instant now() const { return instant(time_, scenario_.drains); }
  std::size_t pending() const { return connection_->pending_output().size(); }
  bool answer_one();
  void write(std::size_t most);
  void proceed();
  void check_waiting();
  Written check_written() const;
  void leave();

  const Scenario& scenario_;
  const std::string_view stream_;
  std::string_view unread_;  // of the stream: behind the requests that were taken
  std::string_view unsent_;
  FakeLedger counters_;
  FakeLedger frozen_;  // /stats says the same in every play
  CheckingLog log_;
  ConnectionContext context_;
  CapitalizeService service_;
  HeapMeter& heap_;
  const std::ptrdiff_t held_before_;
  std::unique_ptr<HttpConnection> connection_;
  Time time_ = kStart;
  Time deadline_ = kNever;  // as it was last seen
  int renewals_ = 0;        // of it, since the last request
  bool reads_ = true;
  bool ended_ = false;    // the client has ended its side, or fallen silent
  bool lingers_ = false;  // the server has ended its side
  bool closed_ = false;   // the driver has closed
  std::vector<Owed> owed_;
  std::string output_;
};

}  // namespace majuscule::test
