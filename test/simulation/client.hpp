// SPDX-License-Identifier: MIT
// A client that acts at random according to its kind. It only acts; its oracle checks the server.
#pragma once

#include <string>

#include "simulation/kernel.hpp"
#include "simulation/oracle.hpp"

namespace majuscule::simulation {

enum class Kind : std::uint8_t {
  kPolite,       ///< sends a request, reads the answer, repeats
  kPipelining,   ///< sends many requests before it reads
  kDripping,     ///< sends a few bytes at a time, usually too slowly
  kSilent,       ///< sends nothing
  kSlowReader,   ///< requests much and reads little
  kHalfClosing,  ///< sends requests, shuts down writing, reads the answers
  kResetting,    ///< resets the connection at some point
  kGarbage,      ///< sends invalid requests at some point
  kClosing,      ///< asks to close with its last request
  kContinuing,   ///< waits for 100 before it sends a body
  kRaw,          ///< sends one message to the raw listener
};
constexpr unsigned kKinds = 11;
std::string_view to_string(Kind kind);

class Client {
 public:
  /// Connects now.
  Client(Kernel& kernel, Kind kind, int listener, Rules& rules, Totals& totals);

  /// Acts. Returns when it acts next; kNever: it is gone.
  Time act();
  /// Returns whether it has ended and the server has closed the connection.
  bool finished() const { return gone_ && oracle_.closed(); }
  bool gone() const { return gone_; }
  Kind kind() const { return kind_; }
  Oracle& oracle() { return oracle_; }
  const Socket& socket() const { return *socket_; }

 private:
  void ask();
  void ask_by_post(std::string text);
  void ask_raw();
  void send_garbage();
  void send_some();
  void read_some(std::size_t most);
  void act_by_kind();
  Duration pause();
  bool has_asked_all() const { return to_send_.empty() && oracle_.answered_all(); }
  void put(std::string_view bytes) { to_send_ += bytes; }
  std::size_t end() const { return sent_ + to_send_.size(); }

  Kernel& kernel_;
  const Kind kind_;
  Rules& rules_;
  Oracle oracle_;
  const std::shared_ptr<Socket> socket_;
  std::string to_send_;
  std::size_t sent_ = 0;
  std::size_t held_back_ = SIZE_MAX;  // the number of bytes it sends before it is told to continue
  bool asks_no_more_ = false;
  bool gone_ = false;
};

}  // namespace majuscule::simulation
