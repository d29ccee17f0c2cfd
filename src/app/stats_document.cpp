// SPDX-License-Identifier: MIT
#include "app/stats_document.hpp"

#include <cassert>

#include <nlohmann/json.hpp>

namespace majuscule {

std::string stats_document(const Surroundings& surroundings, const Counters& counters,
                           const Resources& resources, const LogLosses& losses, Duration uptime) {
  assert(counters.accepted >= counters.closed);
  using Json = nlohmann::ordered_json;
  Json responses = Json::object();
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    responses[std::to_string(kStatuses[i])] = counters.responses[i];
  }
  Json document = {
      {"mode", surroundings.mode},
      {"guard", surroundings.guard},
      {"workers", surroundings.workers},
      {"version", MAJUSCULE_VERSION},
      {"libuv", surroundings.libuv_version},
      {"pid", surroundings.pid},
      {"uptime_seconds", std::chrono::duration<double>(uptime).count()},
      {"requests", counters.requests},
      {"responses", std::move(responses)},
      {"connections",
       {{"open", counters.accepted - counters.closed},
        {"accepted", counters.accepted},
        {"refused", counters.refused},
        {"timed_out", counters.timed_out}}},
      {"bytes", {{"in", counters.bytes_in}, {"out", counters.bytes_out}}},
      {"resources",
       {{"user_seconds", resources.user_seconds},
        {"system_seconds", resources.system_seconds},
        {"voluntary_switches", resources.voluntary_switches},
        {"involuntary_switches", resources.involuntary_switches},
        {"max_rss_bytes", resources.max_rss_bytes},
        {"threads", resources.threads}}},
  };
  if (losses.has_access_log || losses.messages > 0) {
    document["log"] = {{"lost_lines", losses.lines}, {"lost_messages", losses.messages}};
  }
  if (!surroundings.guard_note.empty()) document["guard_note"] = surroundings.guard_note;
  return document.dump() + "\n";
}

}  // namespace majuscule
