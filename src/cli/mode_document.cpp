// SPDX-License-Identifier: MIT
#include "cli/mode_document.hpp"

#include <nlohmann/json.hpp>

#include "majuscule/mode.hpp"

namespace majuscule {
namespace {

using Json = nlohmann::ordered_json;

template <typename Values>
Json names_of(const Values& values) {
  Json names = Json::array();
  for (const auto value : values) names.push_back(to_string(value));
  return names;
}

Json options_of(const Mode& mode, bool has_guards) {
  Json options = {"--workers", "--reuseport"};
  if (has_guards) options.push_back("--guard");
  if (mode.has_pool) options.push_back("--threads");
  if (!mode.queues.empty()) options.push_back("--queue");
  return options;
}

}  // namespace

std::string mode_document(unsigned workers) {
  Json document = Json::array();
  for (const Mode& mode : modes()) {
    const std::string missing = mode.unavailable != nullptr ? mode.unavailable() : "";
    const Sharing sharing = sharing_of(mode, workers);
    const auto guards = allowed_guards(sharing);
    document.push_back({
        {"name", mode.name},
        {"summary", mode.summary},
        {"built_in", mode.built_in},
        {"runs_here", missing.empty()},
        {"why_not", missing.empty() ? Json() : Json(missing)},
        {"sharing", to_string(sharing)},
        {"holds", to_string(mode.holds)},
        {"options", options_of(mode, guards.size() > 1)},
        {"guards", names_of(guards)},
        {"queues", names_of(mode.queues)},
        {"has_pool", mode.has_pool},
        {"stages", mode.has_pool ? mode.stages : 0},
        {"has_io_thread", mode.has_io_thread},
        {"workers_need_reuseport", mode.one_process_a_listener},
        {"spins", mode.spins},
        {"descriptor_limit", mode.descriptor_limit > 0 ? Json(mode.descriptor_limit) : Json()},
    });
  }
  return document.dump() + "\n";
}

}  // namespace majuscule
