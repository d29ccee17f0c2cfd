// SPDX-License-Identifier: MIT
// llhttp gets a head only up to the end that the scanner found. It gets a body in slices, without chunk
// extensions, so that the bytes around the content (chunk sizes, extensions, trailers) stay under the same
// limit as a head. llhttp is initialized anew for each request, so that neither its keep-alive state nor a
// pause for an upgrade carries over.
#include "http/request_parser.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <new>

#include <llhttp.h>

namespace majuscule {
namespace {

std::string_view name_of(llhttp_method_t method) {
  static const auto kNames = [] {
    std::array<std::string_view, 64> names{};
#define MAJUSCULE_METHOD(number, name, text) names[number] = #text;
    HTTP_ALL_METHOD_MAP(MAJUSCULE_METHOD)
#undef MAJUSCULE_METHOD
    return names;
  }();
  return kNames[static_cast<std::size_t>(method)];
}

Method method_of(llhttp_method_t method) {
  switch (method) {
    case HTTP_GET: return Method::kGet;
    case HTTP_HEAD: return Method::kHead;
    case HTTP_POST: return Method::kPost;
    case HTTP_CONNECT: return Method::kConnect;
    case HTTP_OPTIONS: return Method::kOptions;
    default: return Method::kOther;
  }
}

/// Makes room for `size` bytes, doubling as a string does, but never for more than `most`.
void grow(std::string& text, std::size_t size, std::size_t most) {
  if (size <= text.capacity()) return;
  const std::size_t doubled = std::max(size, 2 * text.capacity());
  text.reserve(doubled <= most / 2 ? doubled : most);
}

}  // namespace

struct RequestParser::Parser {
  llhttp_t llhttp;
  RequestParser& owner;
  bool in_head = true;
  bool headers_complete = false;
  bool in_trailers = false;
  bool message_complete = false;
  std::uint64_t chunk_left = 0;       // bytes left of the current chunk, with its CRLF; 0: in a size line
  const char* content_end = nullptr;  // the end of the last content in the current slice

  explicit Parser(RequestParser& parser) : owner(parser) { begin(); }

  void begin() {
    static const llhttp_t kFresh = [] {
      llhttp_t fresh;
      llhttp_init(&fresh, HTTP_REQUEST, &settings());
      return fresh;
    }();
    llhttp = kFresh;  // cheaper than llhttp_init() for each request
    llhttp.data = this;
    in_head = true;
    headers_complete = false;
    in_trailers = false;
    message_complete = false;
    chunk_left = 0;
  }

  static Parser& of(llhttp_t* llhttp) { return *static_cast<Parser*>(llhttp->data); }

  /// A callback for llhttp. Exceptions must not pass through its C frames: when there is no memory, the
  /// request is refused.
  template <int (*Take)(Parser&, std::string_view)>
  static int data_callback(llhttp_t* llhttp, const char* at, std::size_t size) {
    Parser& p = of(llhttp);
    try {
      return Take(p, {at, size});
    } catch (const std::bad_alloc&) {
      p.owner.refuse(503, "out of memory");
      return HPE_USER;
    }
  }

  static int on_url(Parser& p, std::string_view piece) {
    p.owner.request_.target.append(piece);
    return 0;
  }
  static int on_header_field(Parser& p, std::string_view piece) {
    if (p.in_head) p.owner.request_.headers.append_name(piece);
    return 0;
  }
  static int on_header_value(Parser& p, std::string_view piece) {
    if (p.in_head) p.owner.request_.headers.append_value(piece);
    return 0;
  }
  static int on_headers_complete(llhttp_t* llhttp) {
    Parser& p = of(llhttp);
    p.in_head = false;
    p.headers_complete = true;
    return 0;
  }
  static int on_body(Parser& p, std::string_view piece) {
    p.content_end = piece.data() + piece.size();
    std::string& body = p.owner.request_.body;
    assert(body.size() <= p.owner.limits_->max_body);
    if (piece.size() > p.owner.limits_->max_body - body.size()) {
      p.owner.refuse(413, "the body is larger than --max-body allows");
      return HPE_USER;
    }
    grow(body, body.size() + piece.size(), p.owner.limits_->max_body);
    body.append(piece);
    return 0;
  }
  static int on_chunk_header(llhttp_t* llhttp) {
    Parser& p = of(llhttp);
    if (llhttp->content_length > p.owner.limits_->max_body - p.owner.request_.body.size()) {
      p.owner.refuse(413, "the body is larger than --max-body allows");
      return -1;
    }
    if (llhttp->content_length > 0) {
      p.chunk_left = llhttp->content_length + 2;
      return 0;
    }
    // The last chunk. The scanner handles trailers like a head, so llhttp stops where they begin.
    p.in_trailers = true;
    p.owner.scanner_.begin_trailers();
    return HPE_PAUSED;
  }
  static int on_message_complete(llhttp_t* llhttp) {
    of(llhttp).message_complete = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t kSettings = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      s.on_url = data_callback<on_url>;
      s.on_header_field = data_callback<on_header_field>;
      s.on_header_value = data_callback<on_header_value>;
      s.on_headers_complete = on_headers_complete;
      s.on_body = data_callback<on_body>;
      s.on_chunk_header = on_chunk_header;
      s.on_message_complete = on_message_complete;
      return s;
    }();
    return kSettings;
  }

  /// Runs llhttp; returns how many bytes it consumed. The end of a message is no error.
  std::size_t execute(std::string_view bytes, int& error) {
    error = llhttp_execute(&llhttp, bytes.data(), bytes.size());
    if (error == HPE_OK) return bytes.size();
    const auto taken = static_cast<std::size_t>(llhttp_get_error_pos(&llhttp) - bytes.data());
    if (in_trailers && !message_complete && error == HPE_PAUSED) {
      llhttp_resume(&llhttp);
      error = HPE_OK;
    }
    if (message_complete && (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE)) error = HPE_OK;
    return std::min(taken, bytes.size());
  }
};

RequestParser::RequestParser(Request& request)
    : request_(request), parser_(std::make_unique<Parser>(*this)) {}

RequestParser::~RequestParser() = default;

void RequestParser::begin(const Limits& limits) {
  limits_ = &limits;
  request_.clear();
  parser_->begin();
  scanner_.begin();
  state_ = State::kHead;
  refusal_ = {};
  continue_expected_ = false;
  overhead_ = 0;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  assert(limits_ != nullptr);  // begin() was called
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const auto rest = bytes.substr(taken);
    switch (state_) {
      case State::kHead: taken += feed_head(rest); break;
      case State::kUnknownMethod: taken += feed_unknown_method(rest); break;
      case State::kBody: taken += feed_body(rest); break;
      case State::kComplete:
      case State::kRefused: return taken;
    }
  }
  return taken;
}

std::size_t RequestParser::feed_head(std::string_view bytes) {
  assert(overhead_ <= limits_->max_header);
  const std::size_t allowed = limits_->max_header - overhead_;
  if (allowed == 0) {
    if (scanner_.in_request_line()) {
      refuse(414, "the request line is longer than --max-header allows");
    } else {
      refuse(431, "the header section is larger than --max-header allows");
    }
    return 0;
  }
  const auto found = scanner_.scan(bytes.substr(0, allowed));
  int error = HPE_OK;
  const std::size_t taken = parser_->execute(bytes.substr(0, found.length), error);
  overhead_ += taken;
  if (state_ == State::kRefused) return taken;
  if (error != HPE_OK) {
    refuse_parse_error(error, bytes.substr(taken));
    return taken;
  }
  using Verdict = HeadScanner::Verdict;
  switch (found.verdict) {
    case Verdict::kFold: refuse(400, "a header line begins with white space"); break;
    case Verdict::kNoName: refuse(400, "a header field has no name"); break;
    case Verdict::kBareLf: refuse(400, "a line ends without CR"); break;
    case Verdict::kBadRequestLine: refuse(400, "the request line is malformed"); break;
    case Verdict::kBadVersion: refuse(505, "only HTTP/1.0 and HTTP/1.1 are supported"); break;
    case Verdict::kMore:
    case Verdict::kEnd:
      if (parser_->headers_complete != (found.verdict == Verdict::kEnd) || taken != found.length) {
        refuse(400, "the end of the header section is ambiguous");
      } else if (parser_->headers_complete) {
        head_complete();
      }
  }
  return taken;
}

void RequestParser::head_complete() {
  const llhttp_t& llhttp = parser_->llhttp;
  note_method();
  request_.minor_version = llhttp.http_minor;
  // llhttp ignores `close` when HTTP/1.0 also has `keep-alive` (RFC 9112, 9.3).
  request_.keep_alive = llhttp_should_keep_alive(&llhttp) != 0 && (llhttp.flags & F_CONNECTION_CLOSE) == 0;
  // llhttp accepts any number of blanks between the three parts of a request line.
  constexpr std::size_t kBetween = sizeof("  HTTP/1.1") - 1;
  if (scanner_.request_line_length() != request_.method_name.size() + request_.target.size() + kBetween) {
    return refuse(400, "the request line is malformed");
  }
  BodyTerms terms;
  if (const Refusal refusal = check_fields(request_, terms)) return refuse(refusal.status, refusal.reason);
  if (const Refusal refusal = split_target(request_)) return refuse(refusal.status, refusal.reason);
  if (terms.has_length && llhttp.content_length > limits_->max_body) {
    return refuse(413, "the body is larger than --max-body allows");
  }
  overhead_ = 0;
  state_ = parser_->message_complete ? State::kComplete : State::kBody;
  chunk_line_.begin();
  continue_expected_ = terms.expects_continue && state_ == State::kBody;
}

void RequestParser::note_method() {
  const auto method = static_cast<llhttp_method_t>(parser_->llhttp.method);
  request_.method = method_of(method);
  request_.method_name = name_of(method);
}

std::size_t RequestParser::feed_body(std::string_view bytes) {
  assert(overhead_ <= limits_->max_header);
  const bool chunked = (parser_->llhttp.flags & F_CHUNKED) != 0;
  if (chunked) {
    const std::size_t allowed = limits_->max_header - overhead_;
    if (allowed == 0) {
      refuse(431, "the trailers or chunk extensions are larger than --max-header allows");
      return 0;
    }
    bytes = bytes.substr(0, allowed);
  }
  const bool in_trailers = parser_->in_trailers;
  if (chunked && !in_trailers) return feed_chunk(bytes);
  using Verdict = HeadScanner::Verdict;
  const auto found = in_trailers ? scanner_.scan(bytes) : HeadScanner::Result{bytes.size(), Verdict::kMore};
  int error = HPE_OK;
  const std::size_t taken = parser_->execute(bytes.substr(0, found.length), error);
  if (in_trailers) overhead_ += taken;
  if (state_ == State::kRefused) return taken;
  if (error != HPE_OK) {
    refuse_parse_error(error, bytes.substr(taken));
  } else if (in_trailers && (found.verdict == Verdict::kEnd) != parser_->message_complete) {
    refuse(400, "the end of the trailers is ambiguous");
  } else if (found.verdict != Verdict::kMore && found.verdict != Verdict::kEnd) {
    refuse(400, "a trailer is malformed");
  } else if (parser_->message_complete) {
    state_ = State::kComplete;
  }
  return taken;
}

/// Parses a part of a size line, or of the chunk after it.
std::size_t RequestParser::feed_chunk(std::string_view bytes) {
  using Verdict = ChunkLine::Verdict;
  const bool in_line = parser_->chunk_left == 0;
  ChunkLine::Step step{bytes.size(), Verdict::kFraming};
  if (in_line) step = chunk_line_.take(bytes);
  if (step.verdict == Verdict::kBadSize) refuse(400, "a chunk size is malformed");
  if (step.verdict == Verdict::kBadExtension) refuse(400, "a chunk extension is malformed");
  if (state_ == State::kRefused) return step.length;
  if (step.verdict == Verdict::kExtension) {
    overhead_ += step.length;
    return step.length;
  }
  if (!in_line)
    step.length = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), parser_->chunk_left));
  int error = HPE_OK;
  parser_->content_end = nullptr;
  const std::size_t taken = parser_->execute(bytes.substr(0, step.length), error);
  const char* const content_end = parser_->content_end;
  overhead_ = content_end ? static_cast<std::size_t>(bytes.data() + taken - content_end) : overhead_ + taken;
  if (state_ == State::kRefused) return taken;
  if (error != HPE_OK) {
    refuse_parse_error(error, bytes.substr(taken));
  } else if (in_line && step.verdict == Verdict::kEnd) {
    // llhttp must agree: it has the size now, or this was the last chunk.
    if (parser_->chunk_left == 0 && !parser_->in_trailers) refuse(400, "a chunk size is malformed");
    chunk_line_.begin();
  } else if (!in_line) {
    assert(taken <= parser_->chunk_left);
    parser_->chunk_left -= taken;
  }
  return taken;
}

std::size_t RequestParser::feed_unknown_method(std::string_view bytes) {
  const std::size_t allowed = limits_->max_header - overhead_;
  if (allowed == 0) {
    refuse(414, "the request line is longer than --max-header allows");
    return 0;
  }
  std::size_t taken = 0;
  const auto verdict = unknown_method_.feed(bytes.substr(0, allowed), taken);
  overhead_ += taken;
  if (verdict == UnknownMethodLine::Verdict::kWellFormed) refuse(501, "method not implemented");
  if (verdict == UnknownMethodLine::Verdict::kMalformed) refuse(400, "the request line is malformed");
  return taken;
}

void RequestParser::refuse(std::uint16_t status, std::string_view reason) {
  assert(state_ != State::kComplete && state_ != State::kRefused);
  const bool knows_method = state_ != State::kUnknownMethod && parser_->llhttp.method == HTTP_HEAD;
  state_ = State::kRefused;
  refusal_ = {status, reason};
  if (!request_.target.empty()) note_method();
  // An answer to HEAD never has a body; but for a truncated target llhttp may not report the method.
  if (knows_method) request_.method = Method::kHead;
}

void RequestParser::refuse_parse_error(int error, std::string_view behind) {
  const char next = behind.empty() ? '\0' : behind.front();
  const llhttp_t& llhttp = parser_->llhttp;
  const std::string_view why = llhttp_get_error_reason(&llhttp);
  switch (error) {
    case HPE_INVALID_METHOD:
      if (!UnknownMethodLine::may_begin_with(next) || (overhead_ == 0 && next == ' ')) break;
      unknown_method_ = UnknownMethodLine();
      state_ = State::kUnknownMethod;
      return;
    case HPE_INVALID_CONSTANT:  // for example a method of RTSP in an HTTP request line
      if (llhttp.method > HTTP_SOURCE) {
        refuse(501, "method not implemented");
        return;
      }
      break;
    case HPE_INVALID_VERSION:
      if (why != "Invalid HTTP version") break;
      refuse(505, "only HTTP/1.0 and HTTP/1.1 are supported");
      return;
    case HPE_INVALID_CONTENT_LENGTH:
      if (why != "Content-Length overflow") break;
      refuse(413, "the body is larger than --max-body allows");
      return;
    case HPE_UNEXPECTED_CONTENT_LENGTH: refuse(400, "the Content-Length is repeated or out of place"); return;
    case HPE_INVALID_URL: refuse(400, "the request target is malformed"); return;
    case HPE_INVALID_HEADER_TOKEN: refuse(400, "a header field is malformed"); return;
    case HPE_INVALID_CHUNK_SIZE: refuse(400, "a chunk size is malformed"); return;
    case HPE_INVALID_TRANSFER_ENCODING: refuse(400, "the transfer coding does not end in chunked"); return;
    case HPE_PAUSED_H2_UPGRADE: refuse(505, "only HTTP/1.0 and HTTP/1.1 are supported"); return;
    default: break;
  }
  if (request_.target.empty()) {
    refuse(400, "the request line is malformed");
  } else {
    refuse(400, "the request is malformed");
  }
}

std::string llhttp_version() {
  return std::to_string(LLHTTP_VERSION_MAJOR) + "." + std::to_string(LLHTTP_VERSION_MINOR) + "." +
         std::to_string(LLHTTP_VERSION_PATCH);
}

}  // namespace majuscule
