// SPDX-License-Identifier: MIT
#include "http/http_date.hpp"

#include <cassert>
#include <chrono>
#include <string_view>

namespace majuscule {
namespace {

constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

class Writer {
 public:
  explicit Writer(char* to) : to_(to) {}
  Writer& text(std::string_view text) {
    to_ += text.copy(to_, text.size());
    return *this;
  }
  Writer& number(unsigned value, int digits) {
    for (int i = digits; i-- > 0; value /= 10) to_[i] = static_cast<char>('0' + value % 10);
    assert(value == 0);
    to_ += digits;
    return *this;
  }

 private:
  char* to_;
};

struct Moment {
  explicit Moment(std::int64_t unix_seconds) {
    using namespace std::chrono;  // calendar arithmetic only: no clock is read
    const sys_seconds time{seconds(unix_seconds)};
    const auto day_start = floor<days>(time);
    const year_month_day date(day_start);
    const hh_mm_ss clock(time - day_start);
    weekday_name = kDays.substr(3 * weekday(day_start).c_encoding(), 3);
    month_name = kMonths.substr(3 * (static_cast<unsigned>(date.month()) - 1), 3);
    day = static_cast<unsigned>(date.day());
    year = static_cast<unsigned>(static_cast<int>(date.year()));
    hour = static_cast<unsigned>(clock.hours().count());
    minute = static_cast<unsigned>(clock.minutes().count());
    second = static_cast<unsigned>(clock.seconds().count());
  }
  std::string_view weekday_name, month_name;
  unsigned year, day, hour, minute, second;
};

}  // namespace

std::array<char, 29> http_date(std::int64_t unix_seconds) {
  const Moment m(unix_seconds);
  std::array<char, 29> out;
  Writer(out.data())
      .text(m.weekday_name)
      .text(", ")
      .number(m.day, 2)
      .text(" ")
      .text(m.month_name)
      .text(" ")
      .number(m.year, 4)
      .text(" ")
      .number(m.hour, 2)
      .text(":")
      .number(m.minute, 2)
      .text(":")
      .number(m.second, 2)
      .text(" GMT");
  return out;
}

std::array<char, 26> log_date(std::int64_t unix_seconds) {
  const Moment m(unix_seconds);
  std::array<char, 26> out;
  Writer(out.data())
      .number(m.day, 2)
      .text("/")
      .text(m.month_name)
      .text("/")
      .number(m.year, 4)
      .text(":")
      .number(m.hour, 2)
      .text(":")
      .number(m.minute, 2)
      .text(":")
      .number(m.second, 2)
      .text(" +0000");
  return out;
}

}  // namespace majuscule
