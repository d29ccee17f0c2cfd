// SPDX-License-Identifier: MIT
// The interface of a coroutine that serves one client, and what it can co_await. It runs on the thread of the
// readiness driver, which resumes it, and uses the driver's buffers: only its frame is allocated, once for
// each client. The client's session owns the frame and may free it wherever the coroutine waits.
//
// The awaitables are trivially destructible: GCC 12 may destroy temporaries of a co_await expression twice.
#pragma once

#include <cassert>
#include <coroutine>

#include "event/readiness_driver.hpp"

namespace majuscule {

/// The return type of a coroutine that serves a client. Its co_return closes the connection.
struct ClientCoroutine {
  class promise_type final : public Resumable {
   public:
    ClientCoroutine get_return_object() { return {*this}; }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const {}
    void unhandled_exception() const { throw; }  // leaves through resume()

    bool resume(Wake why) override {
      assert(!handle().done());
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

  Resumable& coroutine;
};

class CoroutineClient {
  struct Wait {
    ReadinessDriver& driver;
    Session& session;
    ClientCoroutine::promise_type* waiting = nullptr;
    bool watched = true;

    bool await_suspend(std::coroutine_handle<ClientCoroutine::promise_type> coroutine) {
      waiting = &coroutine.promise();
      watched = driver.watch(session);
      return watched;
    }
  };
  struct Receiving : Wait {
    bool await_ready() const { return driver.closes(session); }
    bool await_resume() const {
      return watched && driver.read_input(session, waiting != nullptr ? waiting->why() : Wake::kClosing);
    }
  };
  struct Sending : Wait {
    bool alive = false;

    bool await_ready() {
      alive = driver.write(session);
      return !alive || session.connection->pending_output().size() == 0;
    }
    bool await_resume() const {
      if (!watched) return false;
      if (waiting == nullptr || waiting->why() == Wake::kReady) return alive;
      return driver.read_input(session, waiting->why());
    }
  };
  struct Working {
    ReadinessDriver& driver;
    Session& session;
    Task task;

    bool await_ready() const {
      if (task.kind != TaskKind::kSleep) driver.occupy(task);
      return task.kind != TaskKind::kSleep;
    }
    void await_suspend(std::coroutine_handle<>) const { driver.sleep(session, task.duration); }
    void await_resume() const {}
  };

 public:
  CoroutineClient(ReadinessDriver& driver, Session& session) : driver_(driver), session_(session) {}

  Connection& connection() const { return *session_.connection; }
  const Instant& now() const { return driver_.now(); }
  Outcome handle(Request& request) const { return driver_.server().handle(request, now()); }
  /// Shuts down writing if the connection asks for it. Returns whether the connection has ended.
  bool finish() const { return driver_.finish(session_); }
  /// Calls send(2) once if there is output. Returns false when the client is gone.
  bool send_once() const { return driver_.write(session_); }

  /// co_await: waits for bytes, the end or the deadline, and passes them to the connection. Returns false
  /// when the client is gone or must be closed.
  Receiving receive() const { return {{driver_, session_}}; }
  /// co_await: writes pending output. If some is left, waits until the socket takes more or the deadline
  /// passes. Returns false when the client is gone.
  Sending send() const { return {{driver_, session_}}; }
  /// co_await: does the task.
  Working work(const Task& task) const { return {driver_, session_, task}; }

 private:
  ReadinessDriver& driver_;
  Session& session_;
};

/// Serves each client with one coroutine.
class CoroutineServing final : public Serving {
 public:
  using Serve = ClientCoroutine (*)(CoroutineClient client);

  explicit CoroutineServing(Serve serve) : serve_(serve) {}

  void resume(ReadinessDriver& driver, Session& session, Wake why) override {
    if (why == Wake::kAccepted) {
      if (!driver.read_input(session, why)) return driver.close(session);
      assert(session.coroutine == nullptr);
      session.coroutine = &serve_(CoroutineClient(driver, session)).coroutine;
    }
    if (!session.coroutine->resume(why)) driver.close(session);
  }

 private:
  const Serve serve_;
};

}  // namespace majuscule
