// SPDX-License-Identifier: MIT
#include "app/capitalize_service.hpp"

#include <cassert>

#include "app/capitalize.hpp"
#include "app/stats_document.hpp"
#include "http/answer.hpp"
#include "http/url.hpp"

namespace majuscule {
namespace {

std::string home_page(const std::string& mode) {
  return "Majuscule " MAJUSCULE_VERSION
         ": a small server whose concurrency model is a flag.\n"
         "This one runs --mode=" +
         mode +
         ".\n\n"
         "POST /capitalize             the body, capitalized\n"
         "GET  /capitalize?text=hello  the text, capitalized\n"
         "GET  /stats                  counters as JSON\n"
         "GET  /healthz                ok, or draining\n";
}

Reply text_reply(std::uint16_t status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

/// Returns the methods of a path, as Allow lists them; empty: no such path. `*` is the server as a whole.
std::string_view methods_of(std::string_view path) {
  if (path == "/capitalize" || path == "*") return "GET, HEAD, OPTIONS, POST";
  if (path == "/healthz" || path == "/stats" || path == "/") return "GET, HEAD, OPTIONS";
  return {};
}

Reply with_allow(Reply reply, std::string_view allow) {
  reply.fields.append("Allow: ").append(allow).append("\r\n");
  return reply;
}

Reply not_allowed(std::string_view allow) {
  return with_allow(error_reply(405, "method not allowed for this path"), allow);
}

[[gnu::noinline]] Outcome bad_request(std::string_view reason) { return {error_reply(400, reason), {}}; }

bool is_get(const Request& request) {
  return request.method == Method::kGet || request.method == Method::kHead;
}

Reply options(std::string_view allow) {
  return with_allow(text_reply(204, {}), allow.empty() ? "OPTIONS" : allow);
}

}  // namespace

CapitalizeService::CapitalizeService(const Options& options, const ServerInfo& info)
    : task_(options.task), task_every_(options.task_every), info_(info), home_page_(home_page(info.mode)) {
  assert(task_every_ > 0);
}

Outcome CapitalizeService::handle(Request& request, const Instant& now) {
  if (request.method == Method::kRaw) return capitalize_body(std::move(request.body));
  if (request.path() == "/capitalize") {
    if (request.method == Method::kPost) return capitalize_body(std::move(request.body));
    if (is_get(request)) return capitalize_text(request);
  }
  return handle_others(request, now);
}

// A separate function: inlined, its frame would cost each idle thread a page of stack.
[[gnu::noinline]] Outcome CapitalizeService::handle_others(const Request& request, const Instant& now) const {
  assert(request.method != Method::kRaw);
  std::string_view path = request.path();
  if (path.empty()) path = "/";  // as in http://host (RFC 9110, 4.2.3)
  if (request.method == Method::kConnect) return {not_allowed(methods_of("*")), {}};
  const std::string_view methods = methods_of(path);
  if (request.method == Method::kOptions) return {options(methods), {}};
  if (methods.empty()) return {error_reply(404, "not found; GET / lists the paths"), {}};
  if (!is_get(request) || path == "/capitalize") return {not_allowed(methods), {}};
  if (path == "/healthz") return {now.draining ? text_reply(503, "draining") : text_reply(200, "ok"), {}};
  if (path == "/stats") return {stats(now), {}};
  return {text_reply(200, home_page_), {}};
}

Outcome CapitalizeService::capitalize_text(Request& request) {
  assert(is_get(request));
  const auto encoded = find_parameter(request.query(), "text");
  if (!encoded) return bad_request("the query has no text parameter: /capitalize?text=...");
  std::string& text = request.body;  // reuses its memory
  text.clear();
  if (!append_decoded(*encoded, text)) return bad_request("the text has a bad percent-escape");
  if (request.method == Method::kGet) return capitalize_body(std::move(text));
  capitalize(text);
  return {text_reply(200, std::move(text)), {}};  // HEAD: no task, and not counted
}

Outcome CapitalizeService::capitalize_body(std::string&& text) {
  Outcome outcome;
  outcome.reply.body = std::move(text);
  outcome.reply.counts = true;
  capitalize(outcome.reply.body);
  if (task_.kind != TaskKind::kNone &&
      (task_every_ == 1 || info_.counters.next_sequence_number() % task_every_ == 0)) {
    outcome.task = task_;
  }
  return outcome;
}

Reply CapitalizeService::stats(const Instant& now) const {
  Reply reply;
  reply.content_type = "application/json";
  reply.body = stats_document(info_, info_.counters.read(), info_.resources(),
                              info_.log_losses ? info_.log_losses() : LogLosses(), now.time - info_.started);
  return reply;
}

}  // namespace majuscule
