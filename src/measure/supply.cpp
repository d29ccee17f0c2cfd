// SPDX-License-Identifier: MIT
#include "measure/supply.hpp"

#include <algorithm>
#include <cmath>

namespace majuscule {
namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Supply::Supply(const Plan& plan, Time start)
    : plan_(plan),
      measured_from_(start + plan.warmup),
      until_(plan.duration ? measured_from_ + *plan.duration : kNever),
      left_(plan.requests.value_or(UINT64_MAX)),
      warming_up_(plan.warmup > Duration::zero()) {
  if (!plan_.rate) return;
  if (warming_up_) {
    const auto count = static_cast<std::uint64_t>(std::llround(*plan_.rate * seconds(plan_.warmup)));
    schedule_.emplace(plan_.arrivals, start, plan_.warmup, count, plan_.seed + 1);
  } else {
    begin_measured_phase();
  }
}

void Supply::begin_measured_phase() {
  warming_up_ = false;
  std::uint64_t count = left_;
  if (plan_.duration) {
    const auto within = static_cast<std::uint64_t>(std::llround(*plan_.rate * seconds(*plan_.duration)));
    count = std::min(count, std::max<std::uint64_t>(1, within));
  }
  const Duration length(std::llround(static_cast<double>(count) / *plan_.rate * 1e9));
  until_ = std::min(until_, measured_from_ + length);
  schedule_.emplace(plan_.arrivals, measured_from_, length, count, plan_.seed);
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
  if (next > now) return std::nullopt;
  schedule_->pop();
  if (warming_up_ && schedule_->next() == kNever) begin_measured_phase();
  return next;
}

Time Supply::next() const {
  if (stopped_) return kNever;
  if (open_loop()) return schedule_->next() == kNever && warming_up_ ? measured_from_ : schedule_->next();
  return left_ == 0 ? kNever : Time::min();
}

bool Supply::over(Time now) const {
  if (stopped_) return true;
  if (open_loop()) return schedule_->left() == 0 && !warming_up_;
  return now >= measured_from_ && (left_ == 0 || now >= until_);
}

void Supply::stop() { stopped_ = true; }

}  // namespace majuscule
