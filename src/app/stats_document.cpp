// SPDX-License-Identifier: MIT
#include "app/stats_document.hpp"

#include <cassert>

#include <nlohmann/json.hpp>

namespace majuscule {

std::string stats_document(const ServerInfo& info, const CounterValues& values, const Resources& resources,
                           const LogLosses& losses, Duration uptime) {
  assert(values.accepted >= values.closed);
  using Json = nlohmann::ordered_json;
  Json responses = Json::object();
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    responses[std::to_string(kStatuses[i])] = values.responses[i];
  }
  Json document = {
      {"mode", info.mode},
      {"guard", info.guard},
      {"workers", info.workers},
      {"version", MAJUSCULE_VERSION},
      {"libuv", info.libuv_version},
      {"pid", info.pid},
      {"uptime_seconds", std::chrono::duration<double>(uptime).count()},
      {"requests", values.requests},
      {"responses", std::move(responses)},
      {"connections",
       {{"open", values.accepted - values.closed},
        {"accepted", values.accepted},
        {"refused", values.refused},
        {"timed_out", values.timed_out}}},
      {"bytes", {{"in", values.bytes_in}, {"out", values.bytes_out}}},
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
  if (!info.guard_note.empty()) document["guard_note"] = info.guard_note;
  return document.dump() + "\n";
}

}  // namespace majuscule
