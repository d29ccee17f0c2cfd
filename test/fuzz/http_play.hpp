// SPDX-License-Identifier: MIT
// One client of an HttpConnection with a driver between them, which takes the same steps as the real drivers,
// and checks after each round what drivers rely on. The service is the server's.
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

/// The parameters of a play, from the first line of a fuzz input.
struct Scenario {
  Limits limits;
  unsigned split = 0;           ///< seed of how the client's bytes are split
  std::size_t first_write = 0;  ///< how much the first write of a round takes; later writes take more
  std::size_t stop = 0;         ///< where the client stops sending, in 1/256 of the input
  bool half_closes = false;     ///< the client shuts down writing after its last byte
  bool drains = false;          ///< the server is stopping
  bool service_closes = false;  ///< every third reply of the service asks to close the connection
  bool has_tasks = false;       ///< every second capitalize request owes a task
  bool reads_nothing = false;   ///< a client that stops sending has not read either

  /// Takes a line of kSize bytes and its newline.
  static Scenario take(std::string_view& input);
  static constexpr std::size_t kSize = 6;
};

/// Checks each line and keeps none.
class CheckingLog final : public AccessLog {
 public:
  void write(std::string_view line) override;
  std::size_t lines = 0;
};

/// What the plays of one scenario share, one after the other.
struct Stage {
  RequestContextPool pool{2};
  HeapMeter heap;
};

class HttpPlay {
 public:
  /// `stream` is everything that the client will send.
  HttpPlay(const Scenario& scenario, Stage& stage, std::string_view stream);
  HttpPlay(const HttpPlay&) = delete;
  HttpPlay& operator=(const HttpPlay&) = delete;

  /// The client sends these bytes of the stream.
  void send(std::string_view bytes);
  /// The client has sent the whole stream, and its end if the scenario says so. The connection is then
  /// abandoned.
  void finish();
  /// The client stops sending, and in some scenarios has read nothing since its last answer.
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
  std::string_view unread_;  // of the stream: after the requests parsed so far
  std::string_view unsent_;
  FakeCounters counters_;
  FakeCounters frozen_;  // gives the same /stats in every play
  CheckingLog log_;
  ConnectionContext context_;
  CapitalizeService service_;
  HeapMeter& heap_;
  const std::ptrdiff_t held_before_;
  std::unique_ptr<HttpConnection> connection_;
  Time time_ = kStart;
  Time deadline_ = kNever;  // as last seen
  int renewals_ = 0;        // extensions of it since the last request
  bool reads_ = true;
  bool ended_ = false;    // the client has shut down writing, or stopped sending
  bool lingers_ = false;  // the server has shut down writing
  bool closed_ = false;   // the driver has closed
  std::vector<Owed> owed_;
  std::string output_;
};

}  // namespace majuscule::test
