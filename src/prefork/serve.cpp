// SPDX-License-Identifier: MIT
#include "majuscule/serve.hpp"

#include <exception>
#include <string>

#include <fmt/core.h>

#include "base/inherited.hpp"
#include "base/line_output.hpp"
#include "prefork/master.hpp"
#include "server/server.hpp"

namespace majuscule {

int serve(const Options& options, const Mode& mode, const ServiceFactory& make_service) {
  const IgnoredSignals ignored;
  if (const std::string reason = mode.unavailable != nullptr ? mode.unavailable() : ""; !reason.empty()) {
    say(fmt::format("--mode={} cannot run here: {}", mode.name, reason));
    return 1;
  }
  try {
    ServerContext context(options, mode);
    const auto work = [&](unsigned worker, const std::function<void()>& ready) {
      Server server(context, make_service, ready, worker);
      mode.run(server);
    };
    if (options.workers == 1) {
      work(0, [&] { context.announce_ready(); });
    } else {
      Master(context, work).run();
    }
    context.end_access_log();
    context.log->info("stopped");
    return 0;
  } catch (const std::exception& e) {
    say(e.what());
    return 1;
  }
}

}  // namespace majuscule
