// SPDX-License-Identifier: MIT
#include "http/request_rules.hpp"

#include <algorithm>
#include <cassert>

#include "http/byte_set.hpp"
#include "http/characters.hpp"

namespace majuscule {
namespace {

constexpr ByteSet kNameBytes("-._~!$&'()*+,;=%");  // reg-name of RFC 3986, 3.2.2

/// Compares a field name with `name`, which is in lower case. Only for names that llhttp has accepted: there,
/// setting one bit makes letters lower-case and turns no other character into a letter.
template <std::size_t N>
bool is_name(std::string_view name, const char (&lower)[N]) {
  if (name.size() != N - 1) return false;
  for (std::size_t i = 0; i < N - 1; ++i) {
    assert(kTokenBytes.has(name[i]));
    if ((name[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

/// Returns whether the value is empty or `uri-host [ ":" port ]`. Called for every request.
bool is_host(std::string_view value) {
  const char* at = value.data();
  const char* const end = at + value.size();
  if (value.starts_with('[')) {  // an IPv6 address, which contains colons
    ++at;
    while (at != end && (kNameBytes.has(*at) || *at == ':')) ++at;
    if (at == end || *at++ != ']') return false;
  } else {
    while (at != end && kNameBytes.has(*at)) ++at;
  }
  if (at != end && *at++ != ':') return false;
  while (at != end && is_digit(*at)) ++at;
  return at == end;
}

Refusal check_transfer_encoding(std::string_view value, int minor_version) {
  if (minor_version == 0) return {400, "HTTP/1.0 has no Transfer-Encoding"};
  if (equals_ignoring_case(value, "chunked")) return {};
  constexpr std::string_view kFinal = "chunked";
  const bool known_framing = value.size() > kFinal.size() &&
                             equals_ignoring_case(value.substr(value.size() - kFinal.size()), kFinal);
  if (!known_framing) return {400, "the transfer coding does not end in chunked"};
  return {501, "chunked is the only supported transfer coding"};
}

}  // namespace

Refusal check_fields(const Request& request, BodyTerms& terms) {
  const Headers& headers = request.headers;
  int hosts = 0;
  int codings = 0;
  std::string_view coding;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    switch (name.size()) {
      case 0: return {400, "a header field has no name"};
      case 4:
        if (!is_name(name, "host")) break;
        ++hosts;
        if (!is_host(value)) return {400, "the Host field is malformed"};
        break;
      case 6:
        if (!is_name(name, "expect")) break;
        if (!equals_ignoring_case(value, "100-continue"))
          return {417, "only 100-continue is supported in Expect"};
        terms.expects_continue = request.minor_version >= 1;
        break;
      case 14: terms.has_length = terms.has_length || is_name(name, "content-length"); break;
      case 17:
        if (!is_name(name, "transfer-encoding")) break;
        ++codings;
        coding = value;
        break;
      default: break;
    }
  }
  if (hosts > 1) return {400, "there is more than one Host field"};
  if (hosts == 0 && request.minor_version >= 1) return {400, "the Host field is missing"};
  if (codings > 0 && terms.has_length) return {400, "there are both Transfer-Encoding and Content-Length"};
  if (codings > 1) return {400, "there is more than one Transfer-Encoding field"};
  if (codings > 0) return check_transfer_encoding(coding, request.minor_version);
  return {};
}

Refusal split_target(Request& request) {
  const std::string_view target = request.target;
  std::size_t begin = 0;
  if (request.method == Method::kConnect) {
    request.path_begin = request.query_begin = target.size();
    return {};
  }
  if (target == "*") {
    if (request.method != Method::kOptions) return {400, "the target * is for OPTIONS only"};
  } else if (!target.starts_with('/')) {  // absolute-form (RFC 9112, 3.2.2)
    const std::size_t scheme_end = target.find("://");
    const auto scheme = target.substr(0, scheme_end);
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
      return {400, "the request target is malformed"};
    }
    const std::size_t authority = scheme_end + 3;
    begin = std::min(target.find_first_of("/?#", authority), target.size());
    if (begin == authority || target[authority] == ':') return {400, "the request target has no host"};
  }
  if (target.find('#') != std::string_view::npos) return {400, "the request target has a fragment"};
  const std::size_t mark = std::min(target.find('?', begin), target.size());
  request.path_begin = begin;
  request.path_length = mark - begin;
  request.query_begin = std::min(mark + 1, target.size());
  assert(request.path_begin + request.path_length <= request.query_begin);
  return {};
}

}  // namespace majuscule
