// SPDX-License-Identifier: MIT
#include "cli/command_line.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <spdlog/version.h>
#include <uv.h>

#include "base/units.hpp"
#include "cli/mode_document.hpp"
#include "flags/build_stamp.hpp"
#include "flags/flag_parser.hpp"
#include "flags/version_document.hpp"
#include "http/host.hpp"
#include "http/request_parser.hpp"
#include "majuscule/mode.hpp"

namespace majuscule {
namespace {

/// Returns the value with that name.
template <typename Value>
std::optional<Value> named(std::string_view name, std::initializer_list<Value> values) {
  for (const Value value : values) {
    if (to_string(value) == name) return value;
  }
  return std::nullopt;
}

/// "none", "none or mutex", "none, mutex or atomic".
template <typename Values>
std::string alternatives(const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += i + 1 < values.size() ? ", " : " or ";
    text += to_string(values[i]);
  }
  return text;
}

/// "none,mutex,atomic".
template <typename Values>
std::string listed(const Values& values) {
  std::string text;
  for (const auto value : values) text.append(text.empty() ? "" : ",").append(to_string(value));
  return text;
}

/// Returns the names of the modes for which `has` holds, as alternatives.
template <typename Predicate>
std::string modes_that(Predicate has) {
  std::string names;
  for (const Mode& mode : modes()) {
    if (has(mode)) names.append(names.empty() ? "" : ", ").append(mode.name);
  }
  return names;
}

std::string mode_names() {
  std::string names;
  for (const Mode& mode : modes()) names.append(names.empty() ? "" : ", ").append(mode.name);
  return names;
}

class Parser {
 public:
  Parser() {
    flags_.flag("--help", "", help_);
    flags_.printed("--version", version_);
    flags_.printed("--list-modes", list_);
    flags_.value("--mode", "NAME", "the concurrency model: " + mode_names() + " (default epoll)",
                 mode_names(), [this](const std::string& text) {
                   o_.mode = text;
                   return find_mode(text) != nullptr;
                 });
    flags_.value("--host", "ADDRESS",
                 "address to listen on, or a name: all its addresses (default 127.0.0.1)",
                 std::string(kHostForm), [this](const std::string& text) {
                   o_.host = text;
                   return parse_host(text).has_value();
                 });
    flags_.value("--port", "N", "for HTTP; 0 picks a free one and prints it (default 8000)", kPort,
                 [this](const std::string& text) {
                   return put(parse_number<std::uint16_t>(text, 0, 65535), o_.port);
                 });
    flags_.value("--raw-port", "N", "for the raw protocol; 0 picks a free one (default: off)", kPort,
                 [this](const std::string& text) {
                   return put(parse_number<std::uint16_t>(text, 0, 65535), o_.raw_port);
                 });
    flags_.value("--workers", "N",
                 "processes that run the mode, under a master (default 1); sigio needs --reuseport",
                 fmt::format("a number from 1 to {}", kMostWorkers), [this](const std::string& text) {
                   return put(parse_number<unsigned>(text, 1, kMostWorkers), o_.workers);
                 });
    flags_.flag("--reuseport",
                "a listener for each worker (SO_REUSEPORT): the kernel distributes the clients",
                o_.reuseport);
    flags_.value("--threads", "N",
                 "threads of the pool, for modes that have one (default: the cores it may use)",
                 fmt::format("a number from 1 to {}", kMostThreads), [this](const std::string& text) {
                   return put(parse_number<unsigned>(text, 1, kMostThreads), o_.threads);
                 });
    flags_.value(
        "--queue", "ORDER",
        "order of the queue, for modes with a choice: fifo, lifo, priority (default fifo); when any mode's "
        "queue "
        "is full: 503 (raw: closed)",
        "fifo, lifo or priority", [this](const std::string& text) {
          return put(named(text, {QueueOrder::kFifo, QueueOrder::kLifo, QueueOrder::kPriority}), o_.queue);
        });
    flags_.value(
        "--guard", "NAME",
        "how shared state is protected: none (loses counts), mutex, atomic, sharded (default: the mode's "
        "own)",
        "none, mutex, atomic or sharded", [this](const std::string& text) {
          return put(named(text, {Guard::kNone, Guard::kMutex, Guard::kAtomic, Guard::kSharded}), o_.guard);
        });
    flags_.value("--task", "TASK",
                 "simulated work for each capitalize request: none, sleep:D, block:D or cpu:D (default none)",
                 kTaskForm, [this](const std::string& text) { return put(parse_task(text), o_.task); });
    flags_.value("--task-every", "K", "only every K-th capitalize request has the task (default 1)",
                 "a number from 1", [this](const std::string& text) {
                   return put(parse_number<std::uint64_t>(text, 1, UINT64_MAX), o_.task_every);
                 });
    flags_.value(
        "--backlog", "N", "listen backlog (default 4096)", "a number from 1 to 65535",
        [this](const std::string& text) { return put(parse_number<int>(text, 1, 65535), o_.backlog); });
    flags_.value("--max-connections", "N",
                 "more clients are answered 503 (default: from the descriptor limit)", "a number from 1",
                 [this](const std::string& text) {
                   return put(parse_number<std::size_t>(text, 1, 1U << 30), o_.max_connections);
                 });
    flags_.size("--max-header", "largest header section; beyond it 431 or 414 (default 16KiB)",
                o_.limits.max_header);
    flags_.size("--max-body", "largest decoded body; beyond it 413 (default 1MiB)", o_.limits.max_body);
    flags_.duration("--header-timeout", "limit for a whole header section; then 408 (default 10s)",
                    o_.limits.header_timeout);
    flags_.duration("--body-timeout", "limit for a whole body; then 408 (default 30s)",
                    o_.limits.body_timeout);
    flags_.duration("--idle-timeout", "limit between requests; then a close (default 60s)",
                    o_.limits.idle_timeout);
    flags_.duration("--write-timeout", "limit for a client that does not read; then a close (default 30s)",
                    o_.limits.write_timeout);
    flags_.duration("--drain-timeout", "limit for finishing requests after SIGTERM (default 10s)",
                    o_.drain_timeout);
    flags_.value("--log-level", "LEVEL", "trace, debug, info, warn, error or off (default info)",
                 "trace, debug, info, warn, error or off", [this](const std::string& text) {
                   o_.log_level = text;
                   constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error", "off"};
                   return std::find(std::begin(kLevels), std::end(kLevels), text) != std::end(kLevels);
                 });
    flags_.value("--access-log", "FILE",
                 "append a line for each request, combined format; - is standard output (default: off)",
                 "a file name", [this](const std::string& text) {
                   o_.access_log = text;
                   return !text.empty();
                 });
  }

  CommandLine parse(const std::vector<std::string>& arguments) {
    if (std::string refusal = flags_.parse(arguments); !refusal.empty()) return {{}, {}, std::move(refusal)};
    if (help_) return {{}, help_text(), {}};
    if (version_.wanted) return {{}, version_.json ? version_json() : version_text(), {}};
    if (list_.wanted) return {{}, list_.json ? mode_document(o_.workers) : list_text(), {}};
    if (const std::string problem = conflict(); !problem.empty()) {
      return {{}, {}, flags_.refusal(problem)};
    }
    return {o_, {}, {}};
  }

 private:
  static constexpr unsigned kMostWorkers = 256;
  static constexpr unsigned kMostThreads = 10'000;
  static constexpr std::string_view kPort = "a port from 0 to 65535";

  template <typename Values, typename Value>
  static bool contains(const Values& values, Value value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  }

  /// Returns what is wrong with a combination of valid values; empty: nothing.
  std::string conflict() const {
    if (o_.raw_port && *o_.raw_port == o_.port && o_.port != 0) {
      return fmt::format("--raw-port={}: HTTP already has this port; choose another", o_.port);
    }
    const Mode& mode = *find_mode(o_.mode);
    if (o_.threads && !mode.has_pool) {
      return fmt::format("--threads={}: --mode={} has no pool of threads; {} have one", *o_.threads, o_.mode,
                         modes_that([](const Mode& m) { return m.has_pool; }));
    }
    if (o_.queue && !contains(mode.queues, *o_.queue)) {
      const std::string there =
          mode.queues.empty()
              ? "has no choice of queues; " + modes_that([](const Mode& m) { return !m.queues.empty(); }) +
                    " have one"
              : "has only " + alternatives(mode.queues) + "; " + modes_that([this](const Mode& m) {
                  return contains(m.queues, *o_.queue);
                }) + " can do that";
      return fmt::format("--queue={}: --mode={} {}", to_string(*o_.queue), o_.mode, there);
    }
    if (o_.guard && !contains(allowed_guards(sharing_of(mode, o_.workers)), *o_.guard)) {
      return fmt::format("--guard={}: --mode={} is one thread, which needs only none; --workers=2 allows {}",
                         to_string(*o_.guard), o_.mode, alternatives(allowed_guards(Sharing::kProcesses)));
    }
    if (o_.workers > 1 && mode.one_process_a_listener && !o_.reuseport) {
      return fmt::format("--workers={}: a listener can wake only one process of --mode={}; add --reuseport",
                         o_.workers, o_.mode);
    }
    return {};
  }

  std::string help_text() const {
    std::string text =
        "Usage: majuscule [--mode=NAME] [OPTION]...\n"
        "A small server whose concurrency model is a flag.\n\n";
    text += flags_.help_lines();
    text +=
        "  --list-modes[=json]    print the modes with the options that each takes (also with --workers=N) "
        "and "
        "exit\n"
        "  --version[=json]       print the versions and exit\n"
        "  --help                 print this and exit\n\n"
        "Durations: 250us, 200ms, 3s, 1.5s, 2min. Sizes: 512, 16KiB, 1MiB, 10MB.\n"
        "Exit codes: 0 done, 1 could not run, 2 bad usage.\n";
    return text;
  }

  static Libraries libraries() {
    return {
        {"libuv", ::uv_version_string()},
        {"liburing", MAJUSCULE_LIBURING_VERSION},
        {"Boost", MAJUSCULE_BOOST_VERSION},
        {"llhttp", std::string(llhttp_version())},
        {"spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
    };
  }

  static std::string version_text() {
    std::string text = fmt::format("majuscule {}\n", MAJUSCULE_VERSION);
    for (const auto& [name, number] : libraries()) text += fmt::format("{} {}\n", name, number);
    return text + fmt::format("modes {}\n{}", modes_that([](const Mode& mode) { return mode.built_in; }),
                              build_stamp());
  }

  static std::string version_json() {
    std::vector<std::string> built_in;
    for (const Mode& mode : modes()) {
      if (mode.built_in) built_in.emplace_back(mode.name);
    }
    return version_document("majuscule", MAJUSCULE_VERSION, build_stamp(), libraries(), built_in);
  }

  /// Returns a line for each mode, as it is with that many workers. The name comes first, so that scripts can
  /// read it.
  std::string list_text() const {
    std::string text;
    for (const Mode& mode : modes()) {
      const std::string missing = mode.unavailable != nullptr ? mode.unavailable() : "";
      const Sharing sharing = sharing_of(mode, o_.workers);
      const auto guards = allowed_guards(sharing);
      text += fmt::format("{:<15}  {:<10}  {:<25}  {:<18}  {:<9}  {}{}{}\n", mode.name, to_string(sharing),
                          guards.size() > 1 ? listed(guards) : "no guard",
                          mode.queues.empty() ? "no --queue" : listed(mode.queues),
                          mode.has_pool ? "--threads" : "no pool", mode.summary,
                          mode.one_process_a_listener ? "; --workers only with --reuseport" : "",
                          missing.empty() ? "" : "; cannot run here: " + missing);
    }
    return text;
  }

  FlagParser flags_{"majuscule"};
  Options o_;
  bool help_ = false;
  Printed version_;
  Printed list_;
};

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  return Parser().parse(arguments);
}

}  // namespace majuscule
