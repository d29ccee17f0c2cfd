// SPDX-License-Identifier: MIT
// The clients of a mode in which the kernel itself receives and sends (io_uring): a session is ready when the
// kernel has completed its interest. One multishot receive serves a client until it ends. A client has at
// most one send in progress, of bytes copied here, so that its connection may change its output.
//
// A session that the driver has removed is freed when the kernel has completed its operations. The derived
// class accepts, waits and stops.
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
  bool reads_first() const override { return false; }  // the receive has not been submitted yet

 protected:
  /// The other kinds of completions; each points to an object with the alignment of a pointer.
  enum class Operation : std::uint8_t { kCancel, kReceive, kSend, kAccept, kStop };

  static std::uint64_t tag(const void* about, Operation operation) {
    assert(reinterpret_cast<std::uintptr_t>(about) % alignof(void*) == 0);
    return reinterpret_cast<std::uintptr_t>(about) | static_cast<std::uint64_t>(operation);
  }

  /// Records completions without acting on them.
  void take_completions();
  /// A completion that does not belong to a session. Must not throw.
  virtual void completed(Operation operation, void* about, const io_uring_cqe& completion) = 0;
  /// Calls the driver for every ready session. Afterwards no received bytes are left in the buffers.
  void serve_ready(ReadinessDriver& driver);
  /// Returns whether the kernel uses no session any more.
  bool idle() const { return sessions_ == 0; }

  Uring ring_;

 private:
  /// The most bytes of one send; the rest waits for the next one.
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
  std::vector<std::unique_ptr<std::string>> spares_;  // reused for the next sends
  UringSession* first_ready_ = nullptr;
  UringSession* last_ready_ = nullptr;
  std::size_t sessions_ = 0;
};

}  // namespace majuscule
