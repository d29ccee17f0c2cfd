// SPDX-License-Identifier: MIT
#include "load/command_line.hpp"

#include <random>

#include <fmt/core.h>

#include "base/units.hpp"
#include "flags/build_stamp.hpp"
#include "flags/flag_parser.hpp"
#include "flags/version_document.hpp"
#include "measure/figures.hpp"

namespace majuscule {
namespace {

constexpr std::size_t kMostConnections = 1'000'000;
constexpr std::size_t kMostPipelined = 1024;
constexpr double kLeastRate = 0.001;
constexpr double kMostRate = 10'000'000;
constexpr std::size_t kMostText = 1024;  // of a message of the raw protocol
constexpr Duration kUsualDuration = std::chrono::seconds(10);

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done, 1 the run is not valid (it says why), 2 bad usage, 3 an --assert does not hold.\n";

class Parser {
 public:
  Parser() {
    flags_.flag("--help", "", help_);
    flags_.printed("--version", version_);
    flags_.positional("URL", kUrlForm, [this](const std::string& text) {
      url_ = text;
      return true;
    });
    add_load();
    add_requests();
    add_output();
  }

  LoadCommandLine parse(const std::vector<std::string>& arguments) {
    const std::string refusal = flags_.parse(arguments);
    if (!refusal.empty()) return {{}, {}, without_user(refusal)};
    if (help_) return {{}, help_text(), {}};
    if (version_.json)
      return {{}, version_document("majuscule-load", MAJUSCULE_VERSION, build_stamp(), {}), {}};
    if (version_.wanted)
      return {{}, fmt::format("majuscule-load {}\n{}", MAJUSCULE_VERSION, build_stamp()), {}};
    if (const std::string problem = take_url(); !problem.empty()) return {{}, {}, flags_.refusal(problem)};
    if (const std::string problem = conflict(); !problem.empty()) return {{}, {}, flags_.refusal(problem)};
    if (!o_.config.duration && !o_.config.requests) o_.config.duration = kUsualDuration;
    if (close_ || o_.target.raw) o_.config.requests_per_connection = 1;
    if (!seed_) o_.config.seed = std::random_device()();
    return {o_, {}, {}};
  }

 private:
  void add_load() {
    LoadConfig& config = o_.config;
    flags_.value("--connections", "N", "clients at once (default 1)",
                 fmt::format("a number from 1 to {}", kMostConnections), [&](const std::string& text) {
                   return put(parse_number<std::size_t>(text, 1, kMostConnections), config.connections);
                 });
    flags_.value("--rate", "R",
                 "requests/s on a schedule, whatever the server does (open loop; default: each client "
                 "asks again when it is answered, closed loop)",
                 "a number of requests a second from 0.001 to 10000000", [&](const std::string& text) {
                   const auto rate = parse_rate(text);
                   return put(rate, config.rate);
                 });
    flags_.value("--arrivals", "KIND", "arrivals of the schedule: fixed or poisson (default fixed)",
                 "fixed or poisson", [this](const std::string& text) {
                   o_.config.arrivals = text == "poisson" ? Arrivals::kPoisson : Arrivals::kFixed;
                   arrivals_ = true;
                   return text == "poisson" || text == "fixed";
                 });
    optional_duration("--duration", "how long requests are begun (default 10s, without --requests)",
                      config.duration);
    flags_.value("--requests", "N", "how many requests are begun, over all clients (default: no limit)",
                 "a number from 1", [&](const std::string& text) {
                   return put(parse_number<std::uint64_t>(text, 1, UINT64_MAX - 1), config.requests);
                 });
    flags_.value(
        "--settle", "D", "how long all connections stand before the first request (default: not at all)",
        kDurationForm, [&](const std::string& text) { return put(parse_duration(text), config.settle); });
    flags_.value("--warmup", "D", "how long the same load goes on before it counts (default: not at all)",
                 kDurationForm,
                 [&](const std::string& text) { return put(parse_duration(text), config.warmup); });
    flags_.duration("--timeout", "for a connection and for each answer (default 10s)", config.timeout);
    flags_.value("--idle", "N", "more clients that connect and stay silent (default 0)",
                 fmt::format("a number from 0 to {}", kMostConnections), [this](const std::string& text) {
                   return put(parse_number<std::size_t>(text, 0, kMostConnections), o_.idle);
                 });
    flags_.value("--seed", "N", "of random arrivals (default: a new one for each run, printed)",
                 "a number from 0", [this](const std::string& text) {
                   seed_ = put(parse_number<std::uint64_t>(text, 0, UINT64_MAX), o_.config.seed);
                   return seed_;
                 });
    flags_.value(
        "--cpu", "N", "the core to run on (default: any)", "the number of a core",
        [this](const std::string& text) { return put(parse_number<unsigned>(text, 0, 1023), o_.cpu); });
    flags_.value(
        "--sources", "N", "addresses of 127/8 to connect from (default: as many as ports are needed)",
        "a number from 1 to 250",
        [this](const std::string& text) { return put(parse_number<unsigned>(text, 1, 250), o_.sources); });
  }

  void add_requests() {
    LoadConfig& config = o_.config;
    flags_.value("--pipeline", "N", "requests in flight on each connection (default 1)",
                 fmt::format("a number from 1 to {}", kMostPipelined), [&](const std::string& text) {
                   return put(parse_number<std::size_t>(text, 1, kMostPipelined), config.pipeline);
                 });
    flags_.flag("--close", "a connection for each request, which says Connection: close", close_);
    flags_.value("--requests-per-connection", "N", "then a new connection (default: no limit)",
                 "a number from 1", [&](const std::string& text) {
                   return put(parse_number<std::uint64_t>(text, 1, UINT64_MAX),
                              config.requests_per_connection);
                 });
    flags_.value("--body-size", "SIZE", "POSTs a body of this size (default: GET)", kSizeForm,
                 [this](const std::string& text) { return put(parse_size(text), o_.body_size); });
    flags_.value("--text", "TEXT", "the message of the raw protocol (default 'hello WORLD')",
                 fmt::format("1 to {} bytes", kMostText), [this](const std::string& text) {
                   o_.text = text;
                   text_ = true;
                   return !text.empty() && text.size() <= kMostText;
                 });
    flags_.value("--check", "HOW",
                 "bodies must be: auto (capitalized for /capitalize and raw, else all the same), "
                 "same, or any (default auto)",
                 "auto, same or any", [this](const std::string& text) {
                   if (text == "same") o_.check = BodyCheck::kSame;
                   if (text == "any") o_.check = BodyCheck::kAny;
                   return text == "auto" || text == "same" || text == "any";
                 });
  }

  void add_output() {
    flags_.flag("--json", "print one JSON object instead of the table", o_.json);
    flags_.value("--hgrm", "STEM",
                 "write STEM.response.hgrm, STEM.service.hgrm and so on for HdrHistogram's plotter",
                 "the beginning of a file name", [this](const std::string& text) {
                   o_.hgrm = text;
                   return !text.empty();
                 });
    flags_.values("--assert", "BOUND", "exit with 3 unless it holds, as in 'p99<5ms'; may be repeated",
                  kAssertionForm, [this](const std::string& text) {
                    const auto assertion = Assertion::parse(text);
                    if (assertion) o_.assertions.push_back(*assertion);
                    return assertion.has_value();
                  });
  }

  void optional_duration(const std::string& name, std::string meaning, std::optional<Duration>& to) {
    flags_.value(name, "D", std::move(meaning), kDurationForm, [&to](const std::string& text) {
      const auto duration = parse_duration(text);
      return duration && *duration > Duration::zero() && put(duration, to);
    });
  }

  static std::optional<double> parse_rate(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    double rate = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), rate, std::chars_format::fixed);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && rate >= kLeastRate && rate <= kMostRate ? std::optional(rate) : std::nullopt;
  }

  /// Returns what is wrong with the URL; empty: nothing.
  std::string take_url() {
    if (!url_) return fmt::format("no URL; expected {}", kUrlForm);
    ParsedUrl url = read_url(*url_);
    if (!url.target) return fmt::format("{}: {}", without_user(*url_), url.problem);
    o_.target = std::move(*url.target);
    return {};
  }

  /// Returns what is wrong with a combination of valid values; empty: nothing.
  std::string conflict() const {
    const LoadConfig& config = o_.config;
    if (close_ && config.requests_per_connection) {
      return "--close: is the same as --requests-per-connection=1; give only one";
    }
    if (arrivals_ && !config.rate) return "--arrivals: requires --rate";
    if (text_ && !o_.target.raw) return "--text: requires a raw://HOST:PORT URL";
    if (o_.target.raw) {
      const bool http = close_ || config.requests_per_connection || o_.body_size || config.pipeline > 1;
      if (http)
        return "raw://: sends one message per connection: no --close, --requests-per-connection, --pipeline, "
               "--body-size";
    }
    return {};
  }

  std::string help_text() const {
    return fmt::format(
        "Usage: majuscule-load [OPTION]... URL\n"
        "Loads a server and keeps every sample. URL: {}.\n\n{}"
        "  --version[=json]       print the version and exit\n"
        "  --help                 print this and exit\n\n"
        "Response time counts from when a request was due, service time from when it was sent.\n"
        "Every answer must be 2xx with the right body; anything else makes the run invalid.\n"
        "Durations: 250us, 200ms, 3s, 1.5s, 2min. Sizes: 512, 16KiB, 1MiB, 10MB.\n{}",
        kUrlForm, flags_.help_lines(), kExitCodes);
  }

  FlagParser flags_{"majuscule-load"};
  LoadOptions o_;
  std::optional<std::string> url_;
  bool arrivals_ = false;
  bool text_ = false;
  bool close_ = false;
  bool seed_ = false;
  bool help_ = false;
  Printed version_;
};

}  // namespace

LoadCommandLine parse_load_command_line(const std::vector<std::string>& arguments) {
  return Parser().parse(arguments);
}

std::string in_words(const LoadOptions& options) {
  const LoadConfig& config = options.config;
  const auto time = [](Duration duration) { return in_time_units(static_cast<double>(duration.count())); };
  const std::string method = options.target.raw ? "" : options.body_size ? "POST " : "GET ";
  std::string words = fmt::format("{}{}://{}{}", method, options.target.raw ? "raw" : "http",
                                  options.target.authority(), options.target.raw ? "" : options.target.path);
  if (options.body_size) words += fmt::format(" with {} bytes", *options.body_size);
  words += fmt::format(", {} connection{}", config.connections, config.connections == 1 ? "" : "s");
  if (options.idle > 0) words += fmt::format(" beside {} silent ones", options.idle);
  if (config.pipeline > 1) words += fmt::format(", {} requests in flight on each", config.pipeline);
  if (config.requests_per_connection && !options.target.raw) {
    words += fmt::format(", closed after {} request{}", *config.requests_per_connection,
                         *config.requests_per_connection == 1 ? "" : "s");
  }
  if (config.rate) {
    words += fmt::format(
        ", open loop at {} requests/s ({})", rate_in_words(*config.rate),
        config.arrivals == Arrivals::kPoisson ? fmt::format("Poisson, seed {}", config.seed) : "fixed");
  } else {
    words += ", closed loop";
  }
  if (config.requests)
    words += fmt::format(", {} request{}", *config.requests, *config.requests == 1 ? "" : "s");
  if (config.duration) words += fmt::format(", for {}", time(*config.duration));
  if (config.warmup > Duration::zero()) words += fmt::format(" after {} of warm-up", time(config.warmup));
  return words;
}

}  // namespace majuscule
