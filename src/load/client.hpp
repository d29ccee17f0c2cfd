// SPDX-License-Identifier: MIT
// The load client: one thread, one epoll set, every connection non-blocking. It blocks in Waiter::wait()
// only. A run ends when its supply is over and nothing is in flight any more; when nobody can be reached or
// nothing but failures comes for a while; or by SIGINT or SIGTERM, after what is in flight.
#pragma once

#include <sys/epoll.h>

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "load/address.hpp"
#include "load/idle_crowd.hpp"
#include "load/slot.hpp"
#include "load/waiter.hpp"
#include "measure/plan.hpp"
#include "measure/result.hpp"
#include "measure/stall_detector.hpp"
#include "measure/supply.hpp"
#include "measure/target.hpp"

namespace majuscule {

class Client {
 public:
  /// Called now and then while the load runs: since its start, and what there is so far.
  using Progress = std::function<void(Duration, const Record&)>;

  /// `idle` more clients connect and stay silent. `progress` may be empty. Throws std::system_error.
  Client(const Plan& plan, RequestTemplate request_template, Address address, std::size_t idle,
         Progress progress);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The whole run. Throws std::system_error when the client itself cannot go on.
  Result run();

 private:
  static Waiter::Tag tag_of(const Slot& slot, std::uint32_t generation) {
    return {Waiter::Subject::kSlot, static_cast<std::uint32_t>(slot.number), generation};
  }
  bool open_loop() const { return plan_.rate.has_value(); }
  bool keeps_alive() const { return plan_.requests_per_connection != 1; }

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
  void wake_the_rested(Time now);
  void give_up_if_hopeless(Time now);
  bool in_flight_since_before(Time time) const;

  // Requests: client_requests.cpp.
  void dispatch(Time now);
  void assign(Slot& slot, Time intended, Time now);
  void make_free(Slot& slot, Time now);
  void leave(Slot& slot);
  std::uint64_t room(const Slot& slot) const;
  void begin(Slot& slot, const Flight& flight) const;
  void flush(Slot& slot);
  void cannot_write(Slot& slot, int error);
  void stamp(Slot& slot, Time now);
  void set_timer(Slot& slot);

  // Connections: client_connections.cpp.
  void connect(Slot& slot, Time now);
  void settle(Slot& slot, Dial::Outcome outcome, Time now);
  void connected(Slot& slot, Time now);
  void receive(Slot& slot, bool peer_ended, Time woke);
  void take_bytes(Slot& slot, std::string_view bytes, Time now);
  void take_answer(Slot& slot, Time now);
  void ended(Slot& slot, Time now);
  void send_again(Slot& slot, Time now);
  void close(Slot& slot);
  void expire(Slot& slot, Time now);
  void lose(Slot& slot, Failure failure, std::string_view reason, Time now);
  void refuse(Slot& slot, std::string_view reason, Time now);
  void failed(Failure failure, std::string_view reason, std::uint64_t count, Time now);

  static std::string in_words(int error);
  void stop(std::string why);

  // The end: client_result.cpp.
  Time offered_until() const;
  Duration offered_for(Time end) const;
  Duration busy_for() const;
  Result result(Time start, Time end, Duration cpu);

  const Plan plan_;
  Address address_;
  Expectation expected_;
  const std::size_t request_size_;
  const std::string batch_;  // the request, as often as it may be sent in one go
  Progress progress_;
  Waiter waiter_;
  UniqueFd signals_;
  IdleCrowd crowd_;
  std::deque<Slot> slots_;
  std::deque<Slot*> free_;  // those with room for a request of the schedule, the longest free one first
  bool dispatching_ = false;
  std::deque<Slot*> resting_;  // the first to wake first
  TimerWheel timers_;
  StallDetector stalls_;
  Stall last_stall_;
  std::vector<char> input_;
  std::optional<Supply> supply_;  // from the start on
  Record record_;
  std::size_t outstanding_ = 0;  // requests taken that have no end yet
  Time failing_since_ = kNever;  // the first failure behind the last good answer
  bool has_failed_ = false;      // since give_up_if_hopeless() looked
  Time setup_until_ = kNever;
  Time next_progress_ = kNever;
  std::string cut_short_;
  std::uint64_t unsent_ = 0;
  bool abandoned_ = false;  // what is in flight is not waited for
};

}  // namespace majuscule
