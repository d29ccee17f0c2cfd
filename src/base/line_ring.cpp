// SPDX-License-Identifier: MIT
#include "base/line_ring.hpp"

#include <algorithm>
#include <cassert>

namespace majuscule {

bool LineRing::put(std::string_view line) {
  const std::size_t size = line.size() + 1;
  {
    const ProcessMutexLock lock(state().mutex);
    const std::uint64_t written = state().written;
    assert(written - state().taken <= bytes_.size());
    if (size <= bytes_.size() - (written - state().taken)) {
      copy_in(written, line);
      copy_in(written + line.size(), "\n");
      state().written = written + size;
      return true;
    }
  }
  lose(1);
  return false;
}

bool LineRing::admit_loss_report(Time now) {
  Time::rep next = state().next_loss;
  const Time::rep time = now.time_since_epoch().count();
  constexpr Duration kPause = std::chrono::minutes(1);
  return next <= time && state().next_loss.compare_exchange_strong(next, time + kPause.count());
}

void LineRing::peek(std::string& lines, std::size_t most) const {
  const std::uint64_t taken = state().taken;
  const std::size_t there = state().written - taken;
  std::size_t size = std::min(there, most);
  const std::size_t before = lines.size();
  copy_out(taken, size, lines);
  if (size == there) return;
  if (const auto end = lines.rfind('\n'); end != std::string::npos && end >= before) {
    lines.resize(end + 1);
    return;
  }
  while (lines.back() != '\n') copy_out(taken + size++, 1, lines);
  assert(size <= there);
}

bool LineRing::fall_asleep() {
  state().asleep = true;
  if (empty()) return true;
  stay_awake();
  return false;
}

void LineRing::copy_in(std::uint64_t position, std::string_view bytes) {
  assert(bytes.size() <= bytes_.size());
  const std::size_t first = std::min(bytes.size(), bytes_.size() - place(position));
  bytes.copy(&bytes_[place(position)], first);
  bytes.substr(first).copy(bytes_.begin(), bytes.size());
}

void LineRing::copy_out(std::uint64_t position, std::size_t size, std::string& bytes) const {
  const std::size_t first = std::min(size, bytes_.size() - place(position));
  bytes.append(&bytes_[place(position)], first);
  bytes.append(bytes_.begin(), size - first);
}

}  // namespace majuscule
