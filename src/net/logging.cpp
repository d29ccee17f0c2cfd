// SPDX-License-Identifier: MIT
#include "net/logging.hpp"

#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "net/clock.hpp"
#include "net/unique_fd.hpp"

namespace majuscule {
namespace {

class SpdlogAccessLog final : public AccessLog {
 public:
  SpdlogAccessLog(spdlog::sink_ptr sink, std::shared_ptr<spdlog::logger> log)
      : file_("access", std::move(sink)), log_(std::move(log)) {
    file_.set_pattern("%v");
    file_.flush_on(spdlog::level::info);
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
  // spdlog would create the folders of a mistyped name; and its reason is less clear.
  if (!UniqueFd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644))) {
    throw std::system_error(errno, std::system_category(), "--access-log=" + file);
  }
  spdlog::sink_ptr sink;
  try {
    if (sharing == Sharing::kOneThread) {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file);
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    }
  } catch (const spdlog::spdlog_ex& e) {
    throw std::runtime_error("--access-log=" + file + ": " + e.what());
  }
  return std::make_unique<SpdlogAccessLog>(std::move(sink), std::move(log));
}

}  // namespace majuscule
