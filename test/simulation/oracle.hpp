// SPDX-License-Identifier: MIT
// Checks what the server does for one client, by its system calls: which answers it owes and in which order,
// which deadline runs, and when it may end the connection. It uses the promises (test/README.md) and none of
// the server's code.
#pragma once

#include <deque>
#include <string>

#include "server/accepted.hpp"
#include "simulation/kernel.hpp"
#include "simulation/rules.hpp"

namespace majuscule::simulation {

/// A request as sent by the client: its position in the client's bytes, and the answer that it must get.
struct Asked {
  static constexpr std::size_t kNowhere = SIZE_MAX;

  std::size_t begin = 0;
  std::size_t head_end = kNowhere;  ///< kNowhere: it is garbage and has none
  std::size_t end = kNowhere;
  std::string answer{};  ///< the body
  bool closes = false;   ///< it asks to close the connection
  bool awaits_continue = false;
};

class Oracle final : public SocketWatch {
 public:
  Oracle(const Kernel& kernel, Rules& rules, Totals& totals, Protocol protocol)
      : kernel_(kernel), rules_(rules), totals_(totals), protocol_(protocol) {}

  void watch(const Socket& socket) { socket_ = &socket; }
  /// The client is about to send this request, after all others.
  void ask(Asked asked) { asked_.push_back(std::move(asked)); }
  /// To be called after each turn of the server, which woke at `woke`: checks that everything due was done.
  void check(Time woke);

  /// Returns whether the server has ended the connection.
  bool closed() const { return closed_; }
  /// Returns whether every owed answer was sent.
  bool answered_all() const { return asked_.empty(); }
  /// Returns what the server did wrong; empty: nothing.
  const std::string& fault() const { return fault_; }

  void on_accept() override;
  void on_receive(std::string_view bytes, bool end) override;
  void on_send(std::string_view bytes, std::size_t taken) override;
  void on_end_of_writing() override;
  void on_close() override;
  void on_drop() override;

 private:
  struct Due {
    Time earliest;
    Time latest;
    const char* what;
  };

  Time now() const { return kernel_.now(); }
  bool is_raw() const { return protocol_ == Protocol::kRaw; }
  bool drains() const { return now() >= rules_.stop; }
  /// A complete request was received and is not answered.
  bool owes_answer() const;
  /// The server has received at least a part of a request.
  bool has_begun() const;
  Due due() const;
  Time linger_end() const;
  void receive_raw(std::string_view bytes);
  void begin_next();
  void take_answers(std::string_view bytes);
  void take_raw_answer(std::string_view bytes);
  void take_answer(unsigned status, bool closes, std::string_view body);
  void take_200(bool closes, std::string_view body);
  void take_refusal();
  void count_timeout();
  void check_neglect();
  void check_drain(Time woke);
  void close_refused();
  void close_idle();
  void fail(const std::string& what);

  const Kernel& kernel_;
  Rules& rules_;
  Totals& totals_;
  const Protocol protocol_;
  const Socket* socket_ = nullptr;
  std::deque<Asked> asked_;  // not answered
  std::size_t received_ = 0;
  std::string unsent_;  // accepted by the simulated send(2) only in part: the rest
  Time accepted_at_ = kNever;
  Time last_received_ = kNever;
  Time idle_since_ = kNever;  // its last answer; kNever: no request yet
  Time head_since_ = kNever;  // start of the request that is being received
  Time body_since_ = kNever;
  Time owed_since_ = kNever;   // the oldest answer that it owes
  Time stuck_since_ = kNever;  // the socket accepted less than it was passed
  Time linger_since_ = kNever;
  Time refused_at_ = kNever;
  bool one_too_many_ = false;  // when it was accepted
  bool tried_to_receive_ = false;
  bool saw_end_ = false;  // of the client's input
  bool told_to_close_ = false;
  bool must_linger_ = false;
  bool counted_timeout_ = false;
  bool closed_ = false;
  unsigned neglected_ = 0;
  Time neglected_since_{};
  std::string fault_;
};

}  // namespace majuscule::simulation
