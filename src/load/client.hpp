// SPDX-License-Identifier: MIT
// The load client: one thread, one epoll set, every connection non-blocking. It blocks in EventLoop::wait()
// only. A run ends when no request is left and none is in flight; when no server can be reached or only
// failures come for a while; or, on SIGINT or SIGTERM, after the requests in flight.
#pragma once

#include <sys/epoll.h>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "load/address.hpp"
#include "load/client_connection.hpp"
#include "load/event_loop.hpp"
#include "load/idle_crowd.hpp"
#include "measure/load_config.hpp"
#include "measure/request_source.hpp"
#include "measure/result.hpp"
#include "measure/stall_detector.hpp"
#include "measure/target.hpp"

namespace majuscule {

class Client {
 public:
  /// Called from time to time during the run, with the time since its start and the results so far.
  using Progress = std::function<void(Duration, const Recorder&)>;

  /// Also connects `idle` clients that stay silent. `progress` may be empty. Throws std::system_error.
  Client(const LoadConfig& config, RequestTemplate request_template, Address address, std::size_t idle,
         Progress progress);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Does the whole run. Throws std::system_error when the client itself cannot go on.
  Result run();

 private:
  static EventLoop::Tag tag_of(const ClientConnection& connection, std::uint32_t generation) {
    return {EventLoop::Subject::kConnection, static_cast<std::uint32_t>(connection.number), generation};
  }
  bool open_loop() const { return config_.rate.has_value(); }
  bool keeps_alive() const { return config_.requests_per_connection != 1; }

  // Before the start.
  void connect_idle_crowd();
  void connect_all();
  void start(Time now);

  // The loop.
  void step();
  void handle(const epoll_event& event, Time woke);
  void handle_signal();
  void note(const Stall& stall);
  Time next_wake() const;
  Time next_due() const;
  Time given_up_at() const;
  void resume_rested(Time now);
  void give_up_if_hopeless(Time now);
  bool in_flight_since_before(Time time) const;

  // Requests: client_requests.cpp.
  void dispatch(Time now);
  void assign(ClientConnection& connection, Time intended, Time now);
  void make_free(ClientConnection& connection, Time now);
  void leave(ClientConnection& connection);
  std::uint64_t room(const ClientConnection& connection) const;
  void begin(ClientConnection& connection, const Flight& flight) const;
  void flush(ClientConnection& connection);
  void cannot_write(ClientConnection& connection, int error);
  void stamp(ClientConnection& connection, Time now);
  void set_timer(ClientConnection& connection);

  // Connections: client_connections.cpp.
  void connect(ClientConnection& connection, Time now);
  void settle(ClientConnection& connection, Dial::Outcome outcome, Time now);
  void connected(ClientConnection& connection, Time now);
  void receive(ClientConnection& connection, bool peer_ended, Time woke);
  void take_bytes(ClientConnection& connection, std::string_view bytes, Time now);
  void take_answer(ClientConnection& connection, Time now);
  void ended(ClientConnection& connection, Time now);
  void send_again(ClientConnection& connection, Time now);
  void close(ClientConnection& connection);
  void expire(ClientConnection& connection, Time now);
  void lose(ClientConnection& connection, Failure failure, std::string_view reason, Time now);
  void refuse(ClientConnection& connection, std::string_view reason, Time now);
  void failed(Failure failure, std::string_view reason, std::uint64_t count, Time now);

  static std::string in_words(int error);
  void stop(std::string why);

  // The end: client_result.cpp.
  Time offered_until() const;
  Duration offered_for(Time end) const;
  Duration busy_for() const;
  Result result(Time start, Time end, Duration cpu);

  const LoadConfig config_;
  Address address_;
  Expectation expected_;
  const std::size_t request_size_;
  const std::string batch_;  // the request, repeated as often as one write may send it
  Progress progress_;
  EventLoop loop_;
  UniqueFd signals_;
  IdleCrowd crowd_;
  std::deque<ClientConnection> connections_;
  std::deque<ClientConnection*>
      free_;  // connections with room for a scheduled request, the longest free one first
  bool dispatching_ = false;
  std::deque<ClientConnection*> resting_;  // in the order in which they resume
  TimerWheel timers_;
  StallDetector stalls_;
  Stall last_stall_;
  std::vector<char> input_;
  std::optional<RequestSource> source_;  // set from the start of the run
  Recorder recorder_;
  std::size_t outstanding_ = 0;  // requests taken that have no outcome yet
  Time failing_since_ = kNever;  // the first failure after the last good answer
  bool has_failed_ = false;      // since the last call of give_up_if_hopeless()
  Time setup_until_ = kNever;
  Time next_progress_ = kNever;
  std::string cut_short_;
  std::uint64_t unsent_ = 0;
  bool abandoned_ = false;  // do not wait for requests in flight
};

}  // namespace majuscule
