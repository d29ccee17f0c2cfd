// SPDX-License-Identifier: MIT
// A simulated kernel in virtual time: sockets with windows, listeners with backlogs, a table of descriptors,
// and random failures. It implements base/system_calls.hpp (see system_calls.cpp). One thread; the same seed
// gives the same behaviour.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "majuscule/instant.hpp"
#include "simulation/scheduler.hpp"

namespace majuscule::simulation {

/// Called for each system call that the server makes on a socket.
class SocketWatch {
 public:
  SocketWatch() = default;
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;
  virtual ~SocketWatch() = default;

  virtual void on_accept() = 0;
  /// recv(2) returned these bytes; none: the end of input, or nothing.
  virtual void on_receive(std::string_view bytes, bool end) = 0;
  /// send(2) was passed these bytes, and accepted some of them.
  virtual void on_send(std::string_view bytes, std::size_t taken) = 0;
  /// shutdown(2) ended writing.
  virtual void on_end_of_writing() = 0;
  /// close(2), with `Socket::arrived` unread.
  virtual void on_close() = 0;
  /// The client was reset in the backlog.
  virtual void on_drop() = 0;
};

/// Both ends of a connection. `arrived` has not been received by the server, `sent` not by the client.
struct Socket {
  std::string arrived;
  std::string sent;
  std::size_t receive_window = 64 * 1024;
  std::size_t send_window = 64 * 1024;
  bool client_ended = false;   ///< the client sends no more
  bool client_reset = false;   ///< the client has reset the connection
  bool server_ended = false;   ///< the server sends no more
  bool reading_shut = false;   ///< shutdown(SHUT_RD)
  bool server_closed = false;  ///< close(2)
  bool server_reset = false;   ///< the client finds the connection reset
  bool blocking = false;       ///< accepted without SOCK_NONBLOCK
  Time connected_at{};
  SocketWatch* watch = nullptr;

  bool readable() const { return !arrived.empty() || client_ended || client_reset || reading_shut; }
  bool writable() const { return sent.size() < send_window || client_reset || server_ended; }
  std::size_t room_for_client() const { return receive_window - std::min(receive_window, arrived.size()); }
};

/// Probabilities, in thousandths of calls.
struct Faults {
  unsigned interrupted = 5;   ///< EINTR from accept4(2) and from calls that block
  unsigned send_refused = 5;  ///< EAGAIN although there is room: no memory for a buffer
  unsigned partial = 150;     ///< fewer bytes than possible
  unsigned no_memory = 2;     ///< ENOMEM from accept4(2)
  unsigned aborted = 5;       ///< ECONNABORTED from accept4(2)
};

class Kernel {
 public:
  explicit Kernel(std::uint64_t seed);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// Returns the kernel that gets the system calls; null: none. There is at most one.
  static Kernel* current();
  /// Stops getting system calls.
  void resign();

  Time now() const { return now_; }
  void advance_to(Time time);
  /// Returns a random number from 0 to `most`.
  std::uint64_t pick(std::uint64_t most);
  bool chance(unsigned thousandths) { return pick(999) < thousandths; }
  /// Returns a random duration from 0 to `most`.
  Duration pick(Duration most);

  Faults faults;
  std::size_t descriptor_limit = 1'000'000;  ///< open sockets; beyond it accept4(2) fails with EMFILE
  int accept_failure = 0;                    ///< the permanent error of accept4(2); 0: none
  Scheduler* scheduler = nullptr;            ///< null: time passes at once when the server sleeps

  /// The real descriptor `fd` represents this listener from now on.
  void listen(int fd);
  bool listens(int fd) const { return listeners_.contains(fd); }
  /// Completes a handshake: the client is in the listener's backlog.
  std::shared_ptr<Socket> connect(int listener, SocketWatch& watch);
  /// Returns the first client in the backlog; null: none.
  const Socket* first_waiting(int listener) const;
  Time last_accept_failure() const { return last_accept_failure_; }

  /// Returns how many sockets the server has accepted and not closed.
  std::size_t open() const { return table_.size() - free_.size(); }
  /// Returns how often accept4(2) was called.
  std::uint64_t accepts() const { return accepts_; }
  /// Returns null when it is not open.
  std::shared_ptr<Socket> share(int fd) const {
    const auto place = static_cast<std::size_t>(fd - kFirst);
    return fd >= kFirst && place < table_.size() ? table_[place] : nullptr;
  }
  Socket* find(int fd) const {
    const auto place = static_cast<std::size_t>(fd - kFirst);
    return fd >= kFirst && place < table_.size() ? table_[place].get() : nullptr;
  }
  /// Returns what the server did that no program may do; empty: nothing.
  const std::string& violation() const { return violation_; }

  // System calls on sockets of this kernel and on its listeners.
  int accept(int listener, bool blocking);
  ssize_t receive(int fd, char* buffer, std::size_t size);
  ssize_t send(int fd, const std::vector<std::string_view>& pieces);
  int shut_down(int fd, int how);
  int close(int fd);
  void close_listener(int fd);
  void sleep_until(Time time);
  Duration burn_cpu();

  static constexpr int kFirst = 1'000'000;  ///< the first descriptor of a socket; lower ones are real

 private:
  int violated(const std::string& what);

  std::mt19937_64 random_;
  Time now_{std::chrono::hours(1)};
  Duration cpu_{};
  std::vector<std::shared_ptr<Socket>> table_;  // open descriptors, from kFirst on
  std::deque<std::size_t> free_;                // free indexes of it
  std::map<int, std::deque<std::shared_ptr<Socket>>> listeners_;
  std::uint64_t accepts_ = 0;
  Time last_accept_failure_{};
  std::string violation_;
};

}  // namespace majuscule::simulation
