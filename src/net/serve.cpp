// SPDX-License-Identifier: MIT
#include "majuscule/serve.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include "net/master.hpp"
#include "net/server.hpp"

namespace majuscule {

int serve(const Options& options, const Mode& mode, const ServiceFactory& make_service) {
  if (const std::string reason = mode.unavailable != nullptr ? mode.unavailable() : ""; !reason.empty()) {
    std::fprintf(stderr, "majuscule: --mode=%s cannot run here: %s\n", std::string(mode.name).c_str(),
                 reason.c_str());
    return 1;
  }
  try {
    Groundwork ground(options, mode);
    const auto work = [&](unsigned worker, const std::function<void()>& ready) {
      Server server(ground, make_service, ready, worker);
      mode.run(server);
    };
    if (options.workers == 1) {
      work(0, [&] { ground.announce_ready(); });
    } else {
      Master(ground, work).run();
    }
    ground.log->info("stopped");
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "majuscule: %s\n", e.what());
    return 1;
  }
}

}  // namespace majuscule
