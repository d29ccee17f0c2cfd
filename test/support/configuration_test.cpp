// SPDX-License-Identifier: MIT
#include "configuration_test.hpp"

#include <algorithm>
#include <ostream>

namespace majuscule::test {

std::vector<std::string> Configuration::with(std::vector<std::string> more) const {
  if (!options.empty()) {
    more.push_back(options);
  }
  return more;
}

std::vector<Configuration> configurations() {
  std::vector<Configuration> all = {
      {"epoll"}, {"threads"}, {"process"}, {"uring"}, {"epoll", "--workers=2"}, {"threads", "--workers=2"}};
  const std::vector<std::string> available = mode_names();
  std::erase_if(all, [&](const Configuration& one) {
    return std::find(available.begin(), available.end(), one.mode) == available.end();
  });
  return all;
}

void PrintTo(const Configuration& configuration, std::ostream* out) {
  *out << configuration.mode << ' ' << configuration.options;
}

std::string test_name(const Configuration& configuration) {
  return test_name(configuration.options.empty() ? configuration.mode
                                                 : configuration.mode + configuration.options);
}

Process ConfigurationTest::start_bare(const std::vector<std::string>& options, Process::Limits limits) const {
  std::vector<std::string> arguments = mode_options(GetParam().mode, options);
  for (const std::string& option : GetParam().with(options)) {
    arguments.push_back(option);
  }
  return Process(majuscule_binary(), arguments, std::move(limits));
}

}  // namespace majuscule::test
