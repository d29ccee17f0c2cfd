// SPDX-License-Identifier: MIT
#include "server/logging.hpp"

#include <unistd.h>

#include <mutex>

#include <fmt/core.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include "base/line_output.hpp"
#include "server/log_writer.hpp"

namespace majuscule {
namespace {

constexpr const char* kPattern = "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v";

std::string_view colour_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::info: return "\033[32m";
    case spdlog::level::warn: return "\033[33m\033[1m";
    case spdlog::level::err:
    case spdlog::level::critical: return "\033[31m\033[1m";
    default: return "\033[36m";
  }
}

template <typename Mutex>
class Sink final : public spdlog::sinks::base_sink<Mutex> {
 public:
  explicit Sink(Log& log) : log_(log), coloured_(::isatty(STDERR_FILENO) == 1) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    this->formatter_->format(message, line);
    const std::string_view text(line.data(), line.size());
    if (!coloured_ || message.color_range_end <= message.color_range_start) {
      log_.write(text);
      return;
    }
    const std::size_t begin = message.color_range_start;
    const std::size_t end = message.color_range_end;
    log_.write(fmt::format("{}{}{}\033[m{}", text.substr(0, begin), colour_of(message.level),
                           text.substr(begin, end - begin), text.substr(end)));
  }
  void flush_() override {}

  Log& log_;
  const bool coloured_;
};

}  // namespace

Log::Log(Sharing sharing, const std::string& level) {
  standard_error();  // opened before threads start
  spdlog::sink_ptr sink;
  if (sharing == Sharing::kOneThread) {
    sink = std::make_shared<Sink<spdlog::details::null_mutex>>(*this);
  } else {
    sink = std::make_shared<Sink<std::mutex>>(*this);
  }
  logger_ = std::make_shared<spdlog::logger>("majuscule", std::move(sink));
  logger_->set_pattern(kPattern);
  logger_->set_level(spdlog::level::from_str(level));
  // For example when out of memory. spdlog's own handler would write to standard error and wait for its
  // reader.
  logger_->set_error_handler([this](const std::string&) {
    ++counts_[0].lost;
    ++counts_[0].unreported;
  });
}

bool Log::put(std::string_view line) {
  if (writer_ == nullptr) return standard_error().write(line);
  return writer_->write_message(line.substr(0, line.size() - 1)) || standard_error().write(line);
}

bool Log::write(std::string_view line) {
  Counts& counts = counts_[0];
  std::uint64_t unreported = counts.unreported.exchange(0);
  if (unreported > 0 &&
      put(fmt::format("majuscule: {} log messages were dropped: standard error could not be written\n",
                      unreported))) {
    unreported = 0;
  }
  const bool written = unreported == 0 && put(line);
  if (written) return true;
  ++counts.lost;
  counts.unreported += unreported + 1;
  return false;
}

}  // namespace majuscule
