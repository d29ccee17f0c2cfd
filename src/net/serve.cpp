// SPDX-License-Identifier: MIT
#include "majuscule/serve.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include "net/server.hpp"

namespace majuscule {

int serve(const Options& options, const Mode& mode, const ServiceFactory& make_service) {
  if (const std::string reason = mode.unavailable != nullptr ? mode.unavailable() : ""; !reason.empty()) {
    std::fprintf(stderr, "majuscule: --mode=%s cannot run here: %s\n", std::string(mode.name).c_str(),
                 reason.c_str());
    return 1;
  }
  try {
    Server server(options, mode, make_service);
    server.announce_ready();
    mode.run(server);
    server.log().info("stopped");
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "majuscule: %s\n", e.what());
    return 1;
  }
}

}  // namespace majuscule
