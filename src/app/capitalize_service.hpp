// SPDX-License-Identifier: MIT
// The application of this server: the routes of docs/contract.md. Its only state is the counters, so it is as
// thread-safe as they are.
#pragma once

#include "majuscule/serve.hpp"
#include "majuscule/service.hpp"

namespace majuscule {

class CapitalizeService final : public Service {
 public:
  /// Every `options.task_every`-th capitalize request of the server owes `options.task`.
  CapitalizeService(const Options& options, const ServerInfo& info);

  Outcome handle(Request& request, const Instant& now) override;

 private:
  Outcome capitalize_text(Request& request);
  Outcome handle_others(const Request& request, const Instant& now) const;
  Outcome capitalize_body(std::string&& text);
  Reply stats(const Instant& now) const;

  const Task task_;
  const std::uint64_t task_every_;
  const ServerInfo info_;
  const std::string home_page_;
};

}  // namespace majuscule
