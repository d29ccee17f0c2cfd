// SPDX-License-Identifier: MIT
// The program `majuscule-load`: parses the command line, runs the load, prints the result.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "base/descriptors.hpp"
#include "base/inherited.hpp"
#include "load/address.hpp"
#include "load/client.hpp"
#include "load/command_line.hpp"
#include "measure/figures.hpp"
#include "measure/percentile_file.hpp"

namespace majuscule {
namespace {

constexpr int kDone = 0, kNotValid = 1, kBadUsage = 2, kAssertionFailed = 3;
constexpr std::size_t kOwnDescriptors = 16;
/// The share of one address's ports to use, so that the kernel finds a free port quickly.
constexpr double kUsablePorts = 0.5;
/// An upper bound of new connections a second; each may occupy its port for a second after its end.
constexpr double kMostConnectsPerSecond = 100'000;

void expect_descriptors(std::size_t connections) {
  const std::size_t needed = connections + kOwnDescriptors, limit = raise_descriptor_limit();
  if (limit >= needed) return;
  throw std::runtime_error(
      fmt::format("{} connections need {} open files, {} are allowed: raise it with ulimit -n {}",
                  connections, needed, limit, needed));
}

void run_on(unsigned cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) {
    throw std::runtime_error(fmt::format("--cpu={}: there is no such core to run on", cpu));
  }
}

/// Puts in order what the process inherits. No socket gets the number of a closed standard stream; writing to
/// it still fails with an error, as does writing to a closed pipe or beyond a file-size limit. Signals that
/// the parent blocked or ignored end the client as usual.
void put_in_order() {
  open_missing_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
}

/// Prints a message for the user. A standard error that cannot be written to must not change the result.
void print_error(const std::string& text) { std::fputs(("majuscule-load: " + text + "\n").c_str(), stderr); }

bool print(const std::string& text) {
  const bool written = std::fputs(text.c_str(), stdout) >= 0;
  return std::fflush(stdout) == 0 && written;
}

std::string cannot_print(std::string_view what) {
  return fmt::format("cannot write {} to standard output: {}", what, std::generic_category().message(errno));
}

unsigned sources_for(const LoadOptions& options) {
  if (options.sources) return *options.sources;
  double ports = static_cast<double>(options.config.connections + options.idle);
  if (options.config.requests_per_connection) {
    ports += std::min(kMostConnectsPerSecond, options.config.rate.value_or(kMostConnectsPerSecond)) /
             static_cast<double>(*options.config.requests_per_connection);
  }
  return static_cast<unsigned>(std::ceil(ports / (kUsablePorts * local_ports())));
}

void show(Duration since, const Recorder& recorder) {
  const double seconds = std::chrono::duration<double>(since).count();
  const auto answers = static_cast<double>(recorder.requests + recorder.warmup_requests);
  const std::string line = fmt::format("\r\033[K{:6.1f} s  {:.0f} requests  {:.0f}/s  {} errors", seconds,
                                       answers, answers / seconds, recorder.total_failures());
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

/// The files are opened before the load, so that a bad name does not waste a run.
class PercentileFiles {
 public:
  explicit PercentileFiles(const std::string& stem) {
    if (stem.empty()) return;
    for (const char* const name : {"response", "service", "first_byte", "connect", "lateness"}) {
      names_.push_back(fmt::format("{}.{}.hgrm", stem, name));
      files_.emplace_back(names_.back(), std::ios::trunc);
      if (!files_.back()) throw std::runtime_error(problem(names_.back()));
    }
  }

  /// Returns what went wrong; empty: nothing.
  std::string write(const Recorder& recorder) {
    const Histogram* const series[] = {&recorder.response, &recorder.service, &recorder.first_byte,
                                       &recorder.connect, &recorder.lateness};
    for (std::size_t i = 0; i < files_.size(); ++i) {
      files_[i] << percentile_file(*series[i]) << std::flush;
      if (!files_[i]) return problem(names_[i]);
    }
    return {};
  }

 private:
  static std::string problem(const std::string& name) {
    return fmt::format("cannot write to {}: {}", name, std::generic_category().message(errno));
  }

  std::vector<std::string> names_;
  std::vector<std::ofstream> files_;
};

int report(const LoadOptions& options, const Result& result) {
  const std::string text = options.json ? json_of(result) : table_of(result, in_words(options));
  if (!print(text)) throw std::runtime_error(cannot_print("the result"));
  if (!result.invalid_reasons().empty()) return kNotValid;
  int code = kDone;
  for (const Assertion& assertion : options.assertions) {
    const std::string failure = assertion.failure(result);
    if (failure.empty()) continue;
    print_error("does not hold: " + failure);
    code = kAssertionFailed;
  }
  return code;
}

int run(const LoadOptions& options) {
  expect_descriptors(options.config.connections + options.idle);
  if (options.cpu) run_on(*options.cpu);
  Address address(options.target.host, options.target.port);
  if (address.use_sources(sources_for(options)) < options.sources.value_or(1)) {
    throw std::runtime_error(
        fmt::format("--sources={}: {} is not an address of 127/8, and no other has more than one",
                    *options.sources, options.target.host));
  }
  PercentileFiles files(options.hgrm);
  const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
  RequestTemplate request_template =
      make_request_template(options.target, options.body_size, options.text,
                            options.config.requests_per_connection == 1, options.check);
  Client client(options.config, std::move(request_template), address, options.idle,
                on_terminal ? show : Client::Progress());
  const Result result = client.run();
  if (on_terminal) std::fputs("\r\033[K", stderr);
  // Writes the files first: printing may fail.
  const std::string problem = files.write(result.recorder);
  const int code = report(options, result);
  if (!problem.empty()) throw std::runtime_error(problem);
  return code;
}

}  // namespace
}  // namespace majuscule

int main(int count, char** arguments) {
  using namespace majuscule;
  put_in_order();
  const LoadCommandLine line = parse_load_command_line({arguments + 1, arguments + count});
  if (!line.error.empty()) {
    std::fprintf(stderr, "%s\n", line.error.c_str());
    return kBadUsage;
  }
  if (!line.options) {
    if (print(line.output)) return kDone;
    print_error(cannot_print("this"));
    return kNotValid;
  }
  try {
    return run(*line.options);
  } catch (const std::exception& error) {
    print_error(error.what());
    return kNotValid;
  }
}
