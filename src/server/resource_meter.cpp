// SPDX-License-Identifier: MIT
#include "server/resource_meter.hpp"

#include <unistd.h>

#include <algorithm>
#include <cassert>

namespace majuscule {
namespace {

void raise_to(std::atomic<std::uint64_t>& figure, std::uint64_t value) {
  std::uint64_t now = figure;
  while (now < value && !figure.compare_exchange_weak(now, value)) {
  }
}

}  // namespace

ResourceMeter::ResourceMeter(std::size_t others)
    : slots_(others + 1), own_(take_slot()), status_(open_own_status()) {
  assert(own_ != nullptr);
  own_->pid = ::getpid();
}

pid_t ResourceMeter::fork() {
  Slot* const slot = take_slot();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    own_ = slot;
    pid_t taken = -parent;
    // The parent may have entered it already, or the parent has died and the slot was reused.
    if (slot != nullptr && !slot->pid.compare_exchange_strong(taken, ::getpid()) && taken != ::getpid())
      own_ = nullptr;
    status_.reset();  // the last free descriptor may be this one
    status_ = open_own_status();
  }
  if (pid != 0 && slot != nullptr) slot->pid = std::max(pid, 0);
  return pid;
}

void ResourceMeter::reaped(pid_t pid, const rusage& usage) {
  assert(pid > 0);
  Slot* const had = slot_of(pid);
  Slot& slot = had != nullptr ? *had : slots_[0];
  const Figures figures = figures_of(usage);
  if (had != nullptr) slot.pid = 0;
  for (std::size_t i = 0; i < kFigures; ++i) {
    if (own_ != nullptr) own_->reaped[i] += figures[i];
    std::uint64_t counted = 0;
    if (had != nullptr) {
      slot.published[i] = 0;
      counted = slot.reaped[i].exchange(0);
    }
    slot.dead[i] += figures[i] - std::min(figures[i], counted);
  }
  if (had != nullptr) raise_to(slot.peak_rss, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024);
  if (Slot* const taken = slot_of(-pid)) taken->pid = 0;  // killed during fork(2)
}

void ResourceMeter::publish() const {
  if (own_ == nullptr) return;
  const Figures figures = own_figures();
  for (std::size_t i = 0; i < kFigures; ++i) raise_to(own_->published[i], figures[i]);
}

Resources ResourceMeter::read() const {
  Resources sum;
  Figures total{};
  for (Slot& slot : slots_) {
    if (!slot.used) break;
    Figures figures{};
    // Read first: a process that dies from here on is missing rather than counted twice, and `known` covers
    // what is missing.
    for (std::size_t i = 0; i < kFigures; ++i) figures[i] = slot.dead[i];
    if (const pid_t pid = slot.pid; pid > 0) {
      const Figures seen = read_figures(slot, pid);
      for (std::size_t i = 0; i < kFigures; ++i)
        figures[i] += std::max<std::uint64_t>(seen[i], slot.published[i]);
      sum.threads += slot.threads;
    }
    for (std::size_t i = 0; i < kFigures; ++i) {
      raise_to(slot.known[i], figures[i]);
      total[i] += slot.known[i];
    }
    sum.max_rss_bytes += slot.peak_rss;
  }
  sum.user_seconds = static_cast<double>(total[kUser]) / 1e6;
  sum.system_seconds = static_cast<double>(total[kSystem]) / 1e6;
  sum.voluntary_switches = total[kVoluntary];
  sum.involuntary_switches = total[kInvoluntary];
  return sum;
}

ResourceMeter::Slot* ResourceMeter::take_slot() const {
  for (Slot& slot : slots_) {
    pid_t no_process = 0;
    if (slot.pid == 0 && slot.pid.compare_exchange_strong(no_process, -::getpid())) {
      slot.used = true;
      return &slot;
    }
  }
  return nullptr;
}

ResourceMeter::Slot* ResourceMeter::slot_of(pid_t pid) const {
  const auto slot = std::find_if(slots_.begin(), slots_.end(), [pid](const Slot& s) { return s.pid == pid; });
  return slot != slots_.end() ? slot : nullptr;
}

Figures ResourceMeter::read_figures(Slot& slot, pid_t pid) const {
  const bool is_own = &slot == own_;
  const ProcessStatus status = is_own ? read_status(status_) : status_of(pid);
  raise_to(slot.peak_rss, status.peak_rss);
  if (status.threads > 0) slot.threads = status.threads;
  if (is_own) return own_figures();
  Figures figures{};
  figures[kVoluntary] = status.voluntary_switches;
  figures[kInvoluntary] = status.involuntary_switches;
  read_cpu_times(pid, slot.threads == 1, figures);
  return figures;
}

}  // namespace majuscule
