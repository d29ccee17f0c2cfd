// SPDX-License-Identifier: MIT
// The fixtures' start and end. The list of modes comes from the server, so a new mode is tested
// automatically.
#include "server_test.hpp"

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "server/stop_signal.hpp"

namespace majuscule::test {

std::vector<std::string> mode_names() {
  std::vector<std::string> names;
  const auto add = [&](const Mode& mode) {
    if (reason_against(mode).empty()) names.emplace_back(mode.name);
  };
  if (const char* const wanted = std::getenv("MAJUSCULE_TEST_MODES")) {
    std::istringstream list(wanted);
    for (std::string name; std::getline(list, name, ',');) {
      const Mode* const mode = find_mode(name);
      if (mode == nullptr) {
        throw std::runtime_error("MAJUSCULE_TEST_MODES: there is no mode '" + name + "'");
      }
      add(*mode);
    }
    return names;
  }
  for (const Mode& mode : modes()) {
    add(mode);
  }
  return names;
}

std::vector<std::string> mode_names(const std::vector<std::string>& wanted) {
  std::vector<std::string> names = mode_names();
  std::erase_if(names, [&](const std::string& name) {
    return std::find(wanted.begin(), wanted.end(), name) == wanted.end();
  });
  return names;
}

std::string reason_against(const Mode& mode) {
  return mode.unavailable != nullptr ? mode.unavailable() : std::string();
}

bool serves_one_client_at_a_time(const std::string& mode) { return mode == "sequential"; }

bool never_sleeps(const std::string& mode) { return mode == "busy"; }

std::string test_name(std::string mode) {
  std::replace_if(
      mode.begin(), mode.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return mode;
}

Server& ServerTest::start(const std::string& mode, const std::vector<std::string>& options,
                          Process::Limits limits) {
  server_ = std::make_unique<Server>(mode, options, limits);
  return *server_;
}

bool ServerTest::serves_a_new_client() {
  HttpClient client = connect();
  const HttpResponse response = client.request(get("/healthz", "Connection: close\r\n"));
  return response.status == 200 && response.body == "ok" && client.is_closed_by_server();
}

void ServerTest::signal_again(int number) {
  // Before that, the same signal counts once.
  std::this_thread::sleep_for(scaled(std::chrono::duration_cast<milliseconds>(2 * FirstSignal::kRepeatTime)));
  server_->process().signal(number);
}

void ServerTest::expect_exit(int code) {
  EXPECT_EQ(server_->process().wait(), code) << "the server wrote:\n" << server_->process().standard_error();
  // A master hides the death of a worker from its clients, but logs it.
  if (const char* const options = std::getenv("MAJUSCULE_TEST_OPTIONS");
      options != nullptr && *options != 0) {
    const std::string log = server_->process().standard_error();
    EXPECT_EQ(log.find("; starting another"), std::string::npos) << log;
  }
  server_.reset();
}

void ServerTest::expect_clean_stop() {
  if (server_) {
    server_->process().signal(SIGTERM);
    expect_exit(0);
  }
}

}  // namespace majuscule::test
