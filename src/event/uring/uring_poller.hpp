// SPDX-License-Identifier: MIT
// The clients of a mode in which the kernel itself receives and sends (io_uring): a session is ready when the
// kernel has done what it was watched for. One multishot receive serves a client until it is ended; a client
// has at most one send under way, of bytes copied here, so that its connection may do what it likes
// meanwhile.
//
// A session that the driver has let go is freed when the kernel is done with it. What derives from this
// accepts, waits and stops.
#pragma once

#include <cassert>
#include <memory>
#include <string>
#include <vector>

#include "event/readiness_driver.hpp"
#include "event/uring/receive_buffers.hpp"
#include "event/uring/uring.hpp"

namespace majuscule {

struct UringSession;

class UringPoller : public Poller {
 public:
  UringPoller();

  Session* add(UniqueFd& client) override;
  bool set_interest(Session& session, Interest interest) override;
  void remove(Session& session) override;
  Received receive(Session& session, char* buffer, std::size_t size) override;
  IoResult send(Session& session, const Output& output, std::size_t& count) override;
  void flush() override { ring_.submit(); }
  bool reads_first() const override { return false; }  // the kernel has yet to be asked

 protected:
  /// What else a completion may be about; each is of something that is aligned like a pointer.
  enum class Operation : std::uint8_t { kCancel, kReceive, kSend, kAccept, kStop };

  static std::uint64_t tag(const void* about, Operation operation) {
    assert(reinterpret_cast<std::uintptr_t>(about) % alignof(void*) == 0);
    return reinterpret_cast<std::uintptr_t>(about) | static_cast<std::uint64_t>(operation);
  }

  /// Notes what has happened; acts on nothing.
  void take_completions();
  /// A completion that is not about a session. Must not throw.
  virtual void completed(Operation operation, void* about, const io_uring_cqe& completion) = 0;
  /// Has the driver see to every session that is ready; afterwards no received bytes are left in the buffers.
  void serve_ready(ReadinessDriver& driver);
  /// Nothing of the sessions is left with the kernel.
  bool idle() const { return sessions_ == 0; }

  Uring ring_;

 private:
  /// What one send takes: what is left over waits for the next one.
  static constexpr std::size_t kLargestSend = 64 * 1024;
  static constexpr std::size_t kSpares = 256;
  static constexpr std::size_t kLargestSpare = 32 * 1024;

  void received(UringSession& session, const io_uring_cqe& completion);
  void make_ready(UringSession& session);
  void begin_receive(UringSession& session);
  void put_aside(UringSession& session);
  void begin_send(UringSession& session, const Output& output, std::size_t from);
  void keep_spare(std::unique_ptr<std::string> bytes);
  void free(UringSession& session);

  ReceiveBuffers buffers_;
  std::vector<std::unique_ptr<std::string>> spares_;  // memory for the next sends
  UringSession* first_ready_ = nullptr;
  UringSession* last_ready_ = nullptr;
  std::size_t sessions_ = 0;
};

}  // namespace majuscule
