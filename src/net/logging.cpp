// SPDX-License-Identifier: MIT
#include "net/logging.hpp"

#include <atomic>
#include <mutex>

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "net/clock.hpp"
#include "net/log_file.hpp"

namespace majuscule {
namespace {

template <typename Mutex>
class LogFileSink final : public spdlog::sinks::base_sink<Mutex> {
 public:
  explicit LogFileSink(const std::string& path) : file_(path) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    this->formatter_->format(message, line);
    file_.append({line.data(), line.size()});
  }
  void flush_() override {}

  LogFile file_;
};

class SpdlogAccessLog final : public AccessLog {
 public:
  SpdlogAccessLog(spdlog::sink_ptr sink, std::shared_ptr<spdlog::logger> log)
      : file_("access", std::move(sink)), log_(std::move(log)) {
    file_.set_pattern("%v");
    file_.set_error_handler([this](const std::string& reason) { complain(reason); });
  }

  void write(std::string_view line) override { file_.info(line); }

 private:
  void complain(const std::string& reason) {
    const auto now = monotonic_now().time_since_epoch().count();
    auto next = next_complaint_.load();
    if (now < next) return;
    const Duration pause = std::chrono::minutes(1);
    if (!next_complaint_.compare_exchange_strong(next, now + pause.count())) return;
    log_->error("the access log loses lines: {}", reason);
  }

  spdlog::logger file_;
  std::shared_ptr<spdlog::logger> log_;
  std::atomic<Duration::rep> next_complaint_ = 0;
};

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(Sharing sharing, const std::string& level) {
  spdlog::sink_ptr sink;
  if (sharing == Sharing::kOneThread) {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("majuscule", std::move(sink));
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger->set_level(spdlog::level::from_str(level));
  return logger;
}

std::unique_ptr<AccessLog> make_access_log(Sharing sharing, const std::string& file,
                                           std::shared_ptr<spdlog::logger> log) {
  spdlog::sink_ptr sink;
  if (sharing == Sharing::kOneThread) {
    sink = std::make_shared<LogFileSink<spdlog::details::null_mutex>>(file);
  } else {
    sink = std::make_shared<LogFileSink<std::mutex>>(file);
  }
  return std::make_unique<SpdlogAccessLog>(std::move(sink), std::move(log));
}

}  // namespace majuscule
