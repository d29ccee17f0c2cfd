// SPDX-License-Identifier: MIT
// The signal handlers call only async-signal-safe functions: kill(2), alarm(2), and LogFile::reopen().
#include "server/log_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>

#include "base/child.hpp"
#include "base/descriptors.hpp"
#include "base/inherited.hpp"
#include "base/line_output.hpp"
#include "base/monotonic.hpp"
#include "base/signal_handler.hpp"
#include "server/tasks.hpp"

namespace majuscule {
namespace {

/// How often the end of a server checks whether the writer makes progress.
constexpr int kCheckMilliseconds = 400;
/// A bound on the writer's sleep: a process may be killed just before it would wake the writer.
constexpr int kLongestSleepMilliseconds = 1000;
/// A writer that ends sooner than this is not replaced.
constexpr Duration kShortLife = std::chrono::seconds(1);

// Static, because a signal handler can reach nothing else.
struct RelayState {
  std::atomic<pid_t> owner = 0;  // the process that started the writer; only it forwards signals
  std::atomic<pid_t> writer = 0;
  std::atomic<int> ended = -1;
  std::atomic<LogFile*> file = nullptr;  // set in the writer process
};
RelayState relay;

bool has_ended(int alive, int milliseconds) {
  pollfd ended{alive, POLLIN, 0};
  return ::poll(&ended, 1, milliseconds) == 1;
}

// Forwards only while the writer is not reaped: later its pid may belong to another process.
void pass_on(int number) {
  const int saved = errno;
  const pid_t pid = relay.writer;
  if (pid > 0 && ::getpid() == relay.owner && !has_ended(relay.ended, 0)) ::kill(pid, number);
  errno = saved;
}

void reopen(int) {
  const int saved = errno;
  LogFile& file = *relay.file;
  if (const int error = file.reopen(); error != 0) {
    std::array<char, 512> text{};
    std::size_t size = 0;
    for (const std::string_view part :
         {std::string_view("SIGUSR1: cannot open "), std::string_view(file.flag()),
          std::string_view(" again: "), std::string_view(::strerrordesc_np(error)),
          std::string_view("; the old file stays in use")}) {
      size += part.copy(text.data() + size, text.size() - size);
    }
    say({text.data(), size});
  }
  errno = saved;
}

void end_soon(int) {
  if (::getppid() == relay.owner) return;  // the signal was sent to the whole process group
  ::alarm(static_cast<unsigned>(LogWriter::kGracePeriod / std::chrono::seconds(1)));
}

struct Pipe {
  UniqueFd reader, writer;
};

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::system_category(), "pipe2");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

sigset_t all_signals() {
  sigset_t all;
  ::sigfillset(&all);
  return all;
}

}  // namespace

LogWriter::LogWriter(const std::string& file, std::shared_ptr<spdlog::logger> log, ResourceMeter& meter)
    : name_(file), flag_("--access-log=" + file), log_(std::move(log)), meter_(meter), owner_(::getpid()) {
  assert(relay.writer == 0);  // one writer at a time
  Pipe wakes = make_pipe();
  wakes_ = std::move(wakes.reader);
  waker_ = std::move(wakes.writer);
  relay.owner = owner_;
  start(LogFile::Begin::kOnANewLine);
  handle_signal(SIGUSR1, pass_on);
}

// This process closes the file, so that its space is freed when it is renamed and removed.
void LogWriter::start(LogFile::Begin begin) {
  LogFile file(name_, begin);
  started_ = monotonic_now();
  shares_standard_error_ = file.is_same_as(STDERR_FILENO);
  Pipe alive = make_pipe();
  const SignalsHeld held(all_signals());
  pid_ = meter_.fork();
  if (pid_ < 0) throw std::system_error(errno, std::system_category(), flag_ + ": cannot fork its writer");
  if (pid_ == 0) {
    ::prctl(PR_SET_NAME, "majuscule-log");
    // Ends after its parent, but not at once.
    handle_signal(SIGUSR2, end_soon);
    ::prctl(PR_SET_PDEATHSIG, SIGUSR2);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) handle_signal(number, SIG_IGN);
    handle_signal(SIGALRM, SIG_DFL);
    relay.file = &file;
    handle_signal(SIGUSR1, reopen);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);  // a master keeps its signals blocked
    end_soon(0);                                     // the parent has died already
    run(file, std::move(alive.writer));
  }
  ended_ = std::move(alive.reader);
  relay.ended = ended_.get();
  relay.writer = pid_;
}

void LogWriter::reaped(pid_t pid) try {
  assert(::getpid() == owner_);
  if (pid != pid_) return;
  relay.writer = 0;
  if (monotonic_now() - started_ < kShortLife) {
    log_->error("{}: its writer process died again; later lines are lost", flag_);
    return;
  }
  log_->error("{}: its writer process died; starting another", flag_);
  start(LogFile::Begin::kUnknown);
} catch (const std::system_error& e) {
  log_->error("the access log stopped: {}", e.what());
}

LogWriter::~LogWriter() {
  assert(::getpid() == owner_);
  handle_signal(SIGUSR1, SIG_IGN);
  relay.writer = 0;
  waker_.reset();
  wait_for_end();
  if (!has_ended(ended_.get(), 0)) ::kill(pid_, SIGKILL);
  // A writer that waits for a dead disk cannot be killed.
  const int options = has_ended(ended_.get(), kCheckMilliseconds) ? 0 : WNOHANG;
  int status = 0;
  rusage usage{};
  if (::wait4(pid_, &status, options, &usage) == pid_) meter_.reaped(pid_, usage);
  std::string left;
  ring_.peek(left, LineRing::kCapacity);
  ring_.lose(static_cast<std::uint64_t>(std::count(left.begin(), left.end(), '\n')));
  if (const auto lost = ring_.lost(); lost > 0) log_->warn("access log: dropped {} lines of {}", lost, flag_);
}

void LogWriter::write(std::string_view line) {
  if (ring_.put(line)) return wake_up();
  if (!ring_.admit_loss_report(monotonic_now())) return;
  const bool is_dead = ::getpid() == owner_ && has_ended(ended_.get(), 0);
  log_->error("access log: dropping lines of {}: {} ({} dropped so far)", flag_,
              is_dead ? "its writer process was killed" : "its disk or reader is too slow", ring_.lost());
}

bool LogWriter::write_message(std::string_view line) {
  const bool put = ring_.put(line);
  if (put) wake_up();
  return put;
}

void LogWriter::wake_up() {
  if (ring_.claim_wake_up()) [[maybe_unused]]
    const auto written = ::write(waker_.get(), "", 1);
}

// Waits until the writer has ended, makes no progress, or takes too long.
void LogWriter::wait_for_end() const {
  const Time end = monotonic_now() + kGracePeriod;
  std::uint64_t before = UINT64_MAX;
  while (!has_ended(ended_.get(), kCheckMilliseconds) && monotonic_now() < end &&
         ring_.position() != before) {
    before = ring_.position();
  }
}

// The writer process, which ends here.
void LogWriter::run(LogFile& file, UniqueFd alive) {
  waker_.reset();
  close_all_but({file.fd(), wakes_.get(), alive.get(), standard_error().descriptor()});
  if (const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC)); null) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO})
      ::dup2(null.get(), fd);  // the writer must not keep its pipes open
  }
  for (bool ends = false; !ends || !ring_.empty();) {
    write_all(file);
    block_thread(kPause);
    if (!ring_.fall_asleep()) continue;
    pollfd wake{wakes_.get(), POLLIN, 0};
    ::poll(&wake, 1, ends ? 0 : kLongestSleepMilliseconds);
    ring_.stay_awake();
    char bytes[64];
    ssize_t count = 0;
    while ((count = ::read(wakes_.get(), bytes, sizeof bytes)) > 0) continue;
    ends = count == 0;
  }
  ::_exit(0);
}

void LogWriter::write_all(LogFile& file) {
  for (std::string lines; !ring_.empty(); lines.clear()) {
    ring_.peek(lines, file.batch_size());
    const auto [lost, error] = file.write(lines);
    ring_.drop(lines.size());
    if (lost == 0) continue;
    const std::uint64_t all = ring_.lose(lost);
    if (ring_.admit_loss_report(monotonic_now())) {
      log_->error("access log: dropping lines of {}: {} ({} dropped so far)", flag_,
                  std::system_category().message(error), all);
    }
  }
}

}  // namespace majuscule
