// SPDX-License-Identifier: MIT
#include "load/client.hpp"

#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "net/clock.hpp"

namespace majuscule {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRest = 10ms;    // after a failure
constexpr Duration kHopeless = 2s;  // of nothing but failures
constexpr Duration kProgressEvery = 500ms;
constexpr Duration kLeastForCpuShare = 1ms;  // the kernel counts CPU time in microseconds
constexpr std::size_t kInput = 64 * 1024;
constexpr std::size_t kMostInOneWrite = 64 * 1024;
/// Intended to be sent when it is sent: the next request of a closed loop.
constexpr Time kAtOnce = Time::min();

std::string in_words(int error) { return std::generic_category().message(error); }

std::string repeated(const std::string& request, std::size_t pipeline) {
  std::string batch = request;
  for (std::size_t i = 1; i < pipeline && batch.size() + request.size() <= kMostInOneWrite; ++i)
    batch += request;
  return batch;
}

Duration cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return Duration(std::chrono::seconds(time.tv_sec)) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

Client::Client(const Plan& plan, Exchange exchange, Address address, std::size_t idle, Progress progress)
    : plan_(plan),
      address_(address),
      expected_(std::move(exchange.expected)),
      request_size_(exchange.request.size()),
      batch_(repeated(exchange.request, plan.pipeline)),
      progress_(std::move(progress)),
      idle_(idle),
      timers_(monotonic_now()),
      input_(kInput) {
  for (std::size_t i = 0; i < plan_.connections; ++i) slots_.emplace_back(i, plan_.pipeline, expected_);
  sigset_t stopping;
  ::sigemptyset(&stopping);
  ::sigaddset(&stopping, SIGINT);
  ::sigaddset(&stopping, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &stopping, nullptr);
  signals_ = UniqueFd(::signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_ || !waiter_.watch(signals_.get(), {Waiter::Subject::kSignal, 0})) {
    throw std::system_error(errno, std::generic_category(), "signalfd");
  }
}

Client::~Client() {
  for (Slot& slot : slots_) timers_.drop(slot);
}

Result Client::run() {
  connect_idle_clients();
  if (cut_short_.empty()) connect_all();
  const Duration cpu_before = cpu_time() - waiter_.spun();
  const Time began = monotonic_now();
  start(began);
  Time now = began;
  while (!abandoned_ && (outstanding_ > 0 || !supply_->over(now))) {
    step();
    now = monotonic_now();
    if (now >= given_up_at()) {
      unsent_ = supply_->left();
      supply_->stop();
    }
    give_up_if_hopeless(now);
    if (now >= next_progress_) {
      progress_(now - began, record_);
      next_progress_ = now + kProgressEvery;
    }
  }
  return result(began, now, cpu_time() - waiter_.spun() - cpu_before);
}

// ---- Before the start.

void Client::connect_idle_clients() {
  for (std::size_t i = 0; i < idle_.size(); ++i) {
    int error = 0;
    idle_[i] = address_.connect(error);
    if (idle_[i] && waiter_.watch(idle_[i].get(), {Waiter::Subject::kIdle, static_cast<std::uint32_t>(i)}))
      continue;
    record_.failed(Failure::kConnect, in_words(error != 0 ? error : errno));
    return stop(fmt::format("only {} of {} silent clients could connect", i, idle_.size()));
  }
}

/// All stand, or have failed, before the clock starts: their cost is reported as what it is, connect time.
void Client::connect_all() {
  if (!keeps_alive()) return;
  const Time now = monotonic_now();
  for (Slot& slot : slots_) connect(slot, now);
  const auto in = [this](Slot::State state) {
    return std::any_of(slots_.begin(), slots_.end(), [=](const Slot& slot) { return slot.state == state; });
  };
  while (!abandoned_ && in(Slot::State::kConnecting)) step();
  if (!in(Slot::State::kOpen) && cut_short_.empty()) {
    stop("no connection could be made");
    abandoned_ = true;
  }
}

void Client::start(Time now) {
  supply_.emplace(plan_, now);
  if (!cut_short_.empty()) supply_->stop();
  if (progress_) next_progress_ = now + kProgressEvery;
  for (Slot& slot : slots_) {
    if (slot.state != Slot::State::kResting) make_free(slot, now);
  }
}

// ---- The loop.

void Client::step() {
  Time woke;
  for (const epoll_event& event : waiter_.wait(next_wake(), next_due(), woke)) handle(event, woke);
  const Time now = monotonic_now();
  timers_.advance(now, [&](TimerWheel::Timer& timer) {
    auto& slot = static_cast<Slot&>(timer);
    const bool connecting = slot.state == Slot::State::kConnecting;
    lose(slot, connecting ? Failure::kConnect : Failure::kTimeout, connecting ? "timed out" : "no answer",
         now);
  });
  wake_the_rested(now);
  dispatch(now);
}

void Client::handle(const epoll_event& event, Time woke) {
  const auto [subject, number] = Waiter::tag_of(event);
  const bool peer_ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (subject == Waiter::Subject::kSignal) return handle_signal();
  if (subject == Waiter::Subject::kIdle) {
    if (peer_ended && idle_[number]) {
      ++idle_lost_;
      idle_[number].reset();
    }
    return;
  }
  Slot& slot = slots_[number];
  if (slot.state == Slot::State::kConnecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(slot.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return lose(slot, Failure::kConnect, in_words(error), woke);
    connected(slot, monotonic_now());
  }
  if (slot.state != Slot::State::kOpen) return;  // an event of a connection that has been closed since
  if ((event.events & EPOLLOUT) != 0 && slot.unsent > 0) flush(slot);
  if ((event.events & EPOLLIN) != 0 || peer_ended) receive(slot, peer_ended, woke);
}

void Client::handle_signal() {
  signalfd_siginfo signal{};
  while (::read(signals_.get(), &signal, sizeof signal) > 0) {
    abandoned_ = !cut_short_.empty() || !supply_;
    stop("interrupted");
  }
}

Time Client::next_wake() const {
  Time wake = std::min({timers_.next(), next_progress_, given_up_at()});
  if (!resting_.empty() && supply_) wake = std::min(wake, resting_.front()->free_since);
  return wake;
}

Time Client::next_due() const { return supply_ && open_loop() && !free_.empty() ? supply_->next() : kNever; }

/// When the requests of a schedule that nobody was free to send are given up: as long behind the end of it as
/// it was itself, at most the timeout.
Time Client::given_up_at() const {
  if (!supply_ || !open_loop() || supply_->left() == 0 || supply_->until() == kNever) return kNever;
  return supply_->until() +
         std::min(plan_.timeout, std::max<Duration>(1s, supply_->until() - supply_->measured_from()));
}

void Client::wake_the_rested(Time now) {
  while (supply_ && !resting_.empty() && resting_.front()->free_since <= now) {
    Slot& slot = *resting_.front();
    resting_.pop_front();
    slot.state = Slot::State::kClosed;
    make_free(slot, now);
  }
}

void Client::give_up_if_hopeless(Time now) {
  if (failing_since_ == kNever || now - failing_since_ < kHopeless) return;
  if (failures_in_a_row_ < plan_.connections) return;
  stop(fmt::format("gave up after {:.1f} s without a good answer",
                   std::chrono::duration<double>(now - failing_since_).count()));
  abandoned_ = true;
}

void Client::stop(std::string why) {
  if (supply_) supply_->stop();
  if (cut_short_.empty()) cut_short_ = std::move(why);
}

// ---- Requests.

/// Sends what the schedule says is due, as long as somebody is free.
void Client::dispatch(Time now) {
  if (!supply_) return;
  while (!free_.empty()) {
    Slot& slot = *free_.front();
    if (room(slot) == 0) {  // lost meanwhile
      slot.queued = false;
      free_.pop_front();
      continue;
    }
    const auto intended = supply_->take(now);
    if (!intended) return;
    free_.pop_front();
    slot.queued = false;
    const Time possible = std::max(*intended, slot.free_since);
    if (*intended < slot.free_since) ++record_.held_up;
    assign(slot, *intended, now);
    const bool connecting = slot.state == Slot::State::kConnecting;
    if (!connecting) flush(slot);
    if (supply_->measured(*intended) && slot.state != Slot::State::kResting) {
      record_.lateness.record((connecting ? slot.connect_began : slot.from_newest(0).sent) - possible);
    }
    if (room(slot) > 0 && !slot.queued) {
      slot.queued = true;
      free_.push_back(&slot);
    }
  }
}

/// One that can take a request, or several: the next ones in a closed loop, a place in the queue in an open
/// one.
void Client::make_free(Slot& slot, Time now) {
  slot.free_since = now;
  if (!supply_) return;
  if (open_loop()) {
    if (!slot.queued) free_.push_back(&slot);
    slot.queued = true;
    return dispatch(now);
  }
  while (room(slot) > 0) {
    const auto intended = supply_->take(now);
    if (!intended) break;
    assign(slot, *intended, now);
  }
  if (slot.state == Slot::State::kOpen) flush(slot);
}

std::uint64_t Client::room(const Slot& slot) const {
  if (slot.state == Slot::State::kClosed) return slot.waiting ? 0 : 1;
  if (slot.state != Slot::State::kOpen) return 0;
  const std::uint64_t left = plan_.requests_per_connection.value_or(UINT64_MAX) - slot.begun;
  return std::min<std::uint64_t>(left, plan_.pipeline - slot.flights());
}

void Client::assign(Slot& slot, Time intended, Time now) {
  ++outstanding_;
  Flight flight{intended, kNever, supply_->measured(intended)};
  if (slot.state == Slot::State::kOpen) {
    if (!open_loop()) flight.intended = kAtOnce;
    return begin(slot, flight);
  }
  slot.waiting = flight;
  connect(slot, now);
}

void Client::begin(Slot& slot, const Flight& flight) {
  slot.push(flight);
  ++slot.begun;
  ++slot.unstamped;
  slot.unsent += request_size_;
}

/// Hands over all that the kernel takes.
void Client::flush(Slot& slot) {
  if (slot.unsent == 0) return;
  if (slot.unstamped > 0) stamp(slot, monotonic_now());
  while (slot.unsent > 0) {
    const std::size_t offset = (request_size_ - slot.unsent % request_size_) % request_size_;
    const std::size_t size = std::min(slot.unsent, batch_.size() - offset);
    const ssize_t sent = ::send(slot.fd.get(), batch_.data() + offset, size, MSG_NOSIGNAL);
    if (sent >= 0) {
      slot.unsent -= static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return lose(slot, Failure::kWrite, in_words(errno), monotonic_now());
    }
  }
  set_timer(slot);
}

void Client::stamp(Slot& slot, Time now) {
  for (; slot.unstamped > 0; --slot.unstamped) {
    Flight& flight = slot.from_newest(slot.unstamped - 1);
    flight.sent = now;
    if (flight.intended == kAtOnce) flight.intended = now;
  }
}

void Client::set_timer(Slot& slot) {
  timers_.set(slot, slot.flights() == 0 ? kNever : slot.oldest().sent + plan_.timeout);
}

// ---- Connections.

void Client::connect(Slot& slot, Time now) {
  int error = 0;
  slot.connect_began = monotonic_now();
  slot.state = Slot::State::kConnecting;
  slot.fd = address_.connect(error);
  if (slot.fd &&
      !waiter_.watch(slot.fd.get(), {Waiter::Subject::kSlot, static_cast<std::uint32_t>(slot.number)})) {
    error = errno;
  }
  if (error != 0) return lose(slot, Failure::kConnect, in_words(error), now);
  timers_.set(slot, slot.connect_began + plan_.timeout);
}

void Client::connected(Slot& slot, Time now) {
  slot.state = Slot::State::kOpen;
  slot.parser.begin();
  slot.begun = 0;
  ++record_.connections;
  if (!supply_ || supply_->measured(slot.connect_began)) record_.connect.record(now - slot.connect_began);
  if (!slot.waiting) return set_timer(slot);  // before the start
  begin(slot, *std::exchange(slot.waiting, std::nullopt));
  if (room(slot) > 0) make_free(slot, now);
  if (slot.state == Slot::State::kOpen) flush(slot);
}

void Client::receive(Slot& slot, bool peer_ended, Time woke) {
  Time now = woke;
  while (slot.state == Slot::State::kOpen) {
    const ssize_t size = ::recv(slot.fd.get(), input_.data(), input_.size(), 0);
    const int error = errno;
    now = monotonic_now();
    if (size > 0) {
      if (!open_loop() && supply_ && supply_->measured(woke)) record_.lateness.record(now - woke);
      take_bytes(slot, {input_.data(), static_cast<std::size_t>(size)}, now);
      // Edge-triggered: less than there was room for is all there is, unless the end is there already.
      if (static_cast<std::size_t>(size) < input_.size() && !peer_ended) break;
    } else if (size == 0) {
      ended(slot, now);
    } else if (error == EAGAIN) {
      break;
    } else if (error != EINTR) {
      lose(slot, Failure::kRead, in_words(error), now);
    }
  }
  if (slot.state == Slot::State::kOpen) {
    set_timer(slot);
    if (room(slot) > 0 && !slot.queued) make_free(slot, now);
  }
}

void Client::take_bytes(Slot& slot, std::string_view bytes, Time now) {
  while (!bytes.empty() && slot.state == Slot::State::kOpen) {
    if (!slot.parser.within_answer()) slot.first_byte = now;
    std::size_t taken = 0;
    switch (slot.parser.feed(bytes, taken)) {
      case AnswerParser::Result::kMore: return;
      case AnswerParser::Result::kBroken: return lose(slot, Failure::kRead, slot.parser.why(), now);
      case AnswerParser::Result::kAnswer: take_answer(slot, now);
    }
    bytes.remove_prefix(taken);
  }
}

void Client::take_answer(Slot& slot, Time now) {
  if (slot.flights() == 0) return lose(slot, Failure::kRead, "an answer that nobody asked for", now);
  const Flight flight = slot.oldest();
  slot.pop();
  --outstanding_;
  const Answer& answer = slot.parser.answer();
  if (!answer.right_status) {
    failed(Failure::kStatus, fmt::format("{}", answer.status), 1, now);
  } else if (!answer.right_body) {
    failed(Failure::kBody, "not the bytes that were expected; --check=any takes any", 1, now);
  } else {
    record_.answered(flight, slot.first_byte, now);
    failing_since_ = kNever;
    failures_in_a_row_ = 0;
  }
  const bool last = slot.flights() == 0 && slot.begun == plan_.requests_per_connection;
  if (!answer.closes && !last) return;
  if (slot.flights() > 0) return lose(slot, Failure::kRead, "closed with requests unanswered", now);
  close(slot);
  make_free(slot, now);
}

/// The server sends no more.
void Client::ended(Slot& slot, Time now) {
  const auto result = slot.parser.end();
  if (result == AnswerParser::Result::kAnswer) return take_answer(slot, now);
  if (slot.flights() > 0 || result == AnswerParser::Result::kBroken) {
    return lose(slot, Failure::kRead,
                slot.parser.within_answer() ? "closed within an answer" : "closed without an answer", now);
  }
  close(slot);
  make_free(slot, now);
}

void Client::close(Slot& slot) {
  timers_.set(slot, kNever);
  slot.fd.reset();
  slot.state = Slot::State::kClosed;
  slot.unsent = 0;
  slot.unstamped = 0;
  slot.drop_flights();
}

/// The connection, with all that is in flight on it.
void Client::lose(Slot& slot, Failure failure, std::string_view reason, Time now) {
  const std::uint64_t requests = slot.flights() + (slot.waiting ? 1 : 0);
  outstanding_ -= requests;
  if (requests > 0 || !supply_) failed(failure, reason, std::max<std::uint64_t>(1, requests), now);
  slot.waiting.reset();
  close(slot);
  slot.state = Slot::State::kResting;
  slot.free_since = now + kRest;
  resting_.push_back(&slot);
}

void Client::failed(Failure failure, std::string_view reason, std::uint64_t count, Time now) {
  record_.failed(failure, reason, count);
  failures_in_a_row_ += count;
  if (failing_since_ == kNever) failing_since_ = now;
}

// ---- The end.

Result Client::result(Time start, Time end, Duration cpu) {
  Result result;
  result.plan = plan_;
  const Time from = supply_->measured_from(), last = std::max(from, record_.last_answer);
  const bool by_time = supply_->until() != kNever && !supply_->counted_out();
  const Time planned = !cut_short_.empty() ? end : by_time ? supply_->until() : last;
  result.took = std::max(Duration::zero(), std::max(planned, last) - from);
  result.unsent = unsent_;
  result.idle_lost = idle_lost_;
  result.cut_short = cut_short_;
  if (end - start >= kLeastForCpuShare) {
    result.client_cpu_share =
        std::max(0.0, std::chrono::duration<double>(cpu) / std::chrono::duration<double>(end - start));
  }
  result.record = std::move(record_);
  return result;
}

}  // namespace majuscule
