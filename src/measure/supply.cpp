// SPDX-License-Identifier: MIT
#include "measure/supply.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace majuscule {
namespace {

/// A schedule without a duration ends after a year, so that nanoseconds can tell each of its moments.
constexpr Duration kLongest = std::chrono::hours(365 * 24);

std::uint64_t arrivals_in(Duration duration, double rate) {
  return static_cast<std::uint64_t>(std::llround(rate * std::chrono::duration<double>(duration).count()));
}

}  // namespace

std::uint64_t scheduled_requests(const Plan& plan) {
  assert(plan.rate && *plan.rate > 0);
  const auto room = arrivals_in(plan.duration.value_or(kLongest), *plan.rate);
  return std::min(plan.requests.value_or(UINT64_MAX), std::max<std::uint64_t>(1, room));
}

Supply::Supply(const Plan& plan, Time start)
    : plan_(plan),
      measured_from_(start + plan.warmup),
      until_(plan.duration ? measured_from_ + *plan.duration : kNever),
      left_(plan.requests.value_or(UINT64_MAX)),
      warming_up_(plan.warmup > Duration::zero()) {
  assert(plan_.duration || plan_.requests);
  if (!plan_.rate) return;
  left_ = scheduled_requests(plan_);
  const Duration length(std::llround(static_cast<double>(left_) / *plan_.rate * 1e9));
  // So many requests in so much time are the rate, to the last digit.
  until_ = left_ < kLeastScheduled ? std::min(until_, measured_from_ + length) : measured_from_ + length;
  if (warming_up_) {
    schedule_.emplace(plan_.arrivals, start, plan_.warmup, arrivals_in(plan_.warmup, *plan_.rate),
                      plan_.seed + 1);
  } else {
    begin_measured_phase();
  }
}

void Supply::begin_measured_phase() {
  assert(plan_.rate);
  warming_up_ = false;
  schedule_.emplace(plan_.arrivals, measured_from_, until_ - measured_from_, left_, plan_.seed);
}

std::optional<Time> Supply::take(Time now) {
  if (stopped_) return std::nullopt;
  if (!open_loop()) {
    if (now < measured_from_) return now;
    if (now >= until_ || left_ == 0) return std::nullopt;
    --left_;
    return now;
  }
  if (warming_up_ && schedule_->next() == kNever) begin_measured_phase();
  const Time next = schedule_->next();
  if (next > now || next == kNever) return std::nullopt;
  schedule_->pop();
  if (warming_up_ && schedule_->next() == kNever) begin_measured_phase();
  return next;
}

Time Supply::next() const {
  if (stopped_) return kNever;
  if (open_loop()) return schedule_->next() == kNever && warming_up_ ? measured_from_ : schedule_->next();
  return left_ == 0 ? kNever : Time::min();
}

std::uint64_t Supply::left() const {
  if (!open_loop()) return 0;
  return schedule_->left() + (warming_up_ ? left_ : 0);
}

bool Supply::over(Time now) const {
  if (stopped_) return true;
  if (open_loop()) return left() == 0;
  return now >= measured_from_ && (left_ == 0 || now >= until_);
}

void Supply::stop() { stopped_ = true; }

}  // namespace majuscule
