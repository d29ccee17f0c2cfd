// SPDX-License-Identifier: MIT
// What the coroutine that talks to one client may do, and wait for with co_await. It runs on the thread of
// the readiness driver, which resumes it, and whose buffers it uses: nothing is allocated but its frame, once
// for each client. The client's session owns the frame and frees it wherever the coroutine waits.
//
// The awaitables are trivially destructible: GCC 12 may destroy temporaries of a co_await expression twice.
#pragma once

#include <coroutine>

#include "event/readiness_driver.hpp"

namespace majuscule {

/// What a coroutine that talks to a client returns. Its co_return lets the client go.
struct ClientCoroutine {
  class promise_type final : public Conversation {
   public:
    ClientCoroutine get_return_object() { return {*this}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const {}
    void unhandled_exception() const { throw; }  // out of resume()

    bool resume(Wake why) override {
      why_ = why;
      handle().resume();
      return !handle().done();
    }
    void destroy() override { handle().destroy(); }
    Wake why() const { return why_; }

   private:
    std::coroutine_handle<promise_type> handle() {
      return std::coroutine_handle<promise_type>::from_promise(*this);
    }
    Wake why_ = Wake::kAccepted;
  };

  Conversation& conversation;
};

class CoroutineClient {
  struct Wait {
    ReadinessDriver& driver;
    Session& session;
    ClientCoroutine::promise_type* waiting = nullptr;

    void await_suspend(std::coroutine_handle<ClientCoroutine::promise_type> coroutine) {
      waiting = &coroutine.promise();
      driver.wait(session);
    }
  };
  struct Receiving : Wait {
    bool await_ready() const { return driver.dismissed(session); }
    bool await_resume() const {
      return driver.hear(session, waiting != nullptr ? waiting->why() : Wake::kDismissed);
    }
  };
  struct Sending : Wait {
    bool alive = false;

    bool await_ready() {
      alive = driver.write(session);
      return !alive || session.connection_->pending_output().size() == 0;
    }
    bool await_resume() const {
      if (waiting == nullptr || waiting->why() == Wake::kReady) return alive;
      return driver.hear(session, waiting->why());
    }
  };
  struct Working {
    ReadinessDriver& driver;
    Session& session;
    Task task;

    bool await_ready() const { return driver.work(session, task); }
    void await_suspend(std::coroutine_handle<>) const {}
    void await_resume() const { session.working_ = false; }
  };

 public:
  CoroutineClient(ReadinessDriver& driver, Session& session) : driver_(driver), session_(session) {}

  Connection& connection() const { return *session_.connection_; }
  const Instant& now() const { return driver_.now_; }
  Outcome handle(Request& request) const { return driver_.server_.handle(request, now()); }
  /// Half-closes if it is time to. True when the conversation is over.
  bool finished() const { return driver_.finished(session_); }
  /// One send(2), if there is anything to send. False when the client is gone.
  bool send_once() const { return driver_.write(session_); }

  /// co_await: waits for bytes, the end or the deadline, and tells the connection. False when the client is
  /// gone or to be let go.
  Receiving receive() const { return {{driver_, session_}}; }
  /// co_await: writes what is pending, and unless that took it all waits until more can be written, or for
  /// the deadline. False when the client is gone.
  Sending send() const { return {{driver_, session_}}; }
  /// co_await: does the task.
  Working work(const Task& task) const { return {driver_, session_, task}; }

 private:
  ReadinessDriver& driver_;
  Session& session_;
};

}  // namespace majuscule
