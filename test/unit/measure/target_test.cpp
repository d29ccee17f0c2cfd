// SPDX-License-Identifier: MIT
// URLs, the bytes of a request, and the expected answers.
#include "measure/target.hpp"

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::string_literals;

struct Url {
  std::string text;
  std::string host;
  std::uint16_t port;
  std::string path;
  std::string authority;
};

TEST(ParseUrl, TakesAHostAPortAndAPath) {
  const Url cases[] = {
      {"http://127.0.0.1:8000/", "127.0.0.1", 8000, "/", "127.0.0.1:8000"},
      {"http://localhost:1/a/b", "localhost", 1, "/a/b", "localhost:1"},
      {"http://localhost:65535/capitalize?text=a+b%21&x", "localhost", 65535, "/capitalize?text=a+b%21&x",
       "localhost:65535"},
      {"http://a.example", "a.example", 80, "/", "a.example:80"},
      {"http://a/p", "a", 80, "/p", "a:80"},
      {"http://a?b=/c", "a", 80, "/?b=/c", "a:80"},
      {"http://a:8080?b", "a", 8080, "/?b", "a:8080"},
      {"http://[::1]:8000/x", "::1", 8000, "/x", "[::1]:8000"},
      {"http://[fe80::1]", "fe80::1", 80, "/", "[fe80::1]:80"},
      {"http://a:1/p#part?x", "a", 1, "/p", "a:1"},
      {"http://a#/p", "a", 80, "/", "a:80"},
      {"http://a/mail@b:c", "a", 80, "/mail@b:c", "a:80"},
      {"http://a/http://b:70000", "a", 80, "/http://b:70000", "a:80"},
  };
  for (const Url& url : cases) {
    const auto target = parse_url(url.text);
    ASSERT_TRUE(target) << url.text;
    EXPECT_FALSE(target->raw) << url.text;
    EXPECT_EQ(target->host, url.host) << url.text;
    EXPECT_EQ(target->port, url.port) << url.text;
    EXPECT_EQ(target->path, url.path) << url.text;
    EXPECT_EQ(target->authority(), url.authority) << url.text;
  }
}

TEST(ParseUrl, TakesTheRawProtocolWithAPort) {
  for (const std::string text : {"raw://127.0.0.1:9000", "raw://127.0.0.1:9000/"}) {
    const auto target = parse_url(text);
    ASSERT_TRUE(target) << text;
    EXPECT_TRUE(target->raw);
    EXPECT_EQ(target->authority(), "127.0.0.1:9000");
  }
  EXPECT_EQ(parse_url("raw://[::1]:9000")->host, "::1");
}

TEST(ParseUrl, RefusesTheRest) {
  for (const std::string& bad :
       {""s, "a"s, "a:80"s, "127.0.0.1:8000"s, "http:"s, "http:/a"s, "http://"s, "http:///"s, "http://:80/"s,
        "http://?a"s, "https://a/"s, "HTTP://a/"s, "ftp://a/"s, "//a/"s, "http//a"s,
        // ports
        "http://a:/"s, "http://a:0/"s, "http://a:65536/"s, "http://a:-1/"s, "http://a:+1/"s, "http://a:8o/"s,
        "http://a:80:80/"s, "http://a:99999999999999999999/"s, "http://a:0x50/"s,
        // users
        "http://me@a/"s, "http://me:secret@a/"s, "http://me:1@a:80/"s, "raw://me@a:80"s,
        // IPv6
        "http://::1/"s, "http://::1:80/"s, "http://[::1/"s, "http://[]:80/"s, "http://[::1]x80/"s,
        "http://[::1]:/"s, "http://[::1]:x/"s, "http://[::1]]:80/"s, "http://[a]/"s,
        // control characters, blanks, high bytes
        "http://a /"s, " http://a/"s, "http://a/ "s, "http://a/b c"s, "http://a/\r\nX: y"s, "http://a\n/"s,
        "http://a/\t"s, "http://a/\0"s, "http://a/\x7F"s, "http://a/\xC3\xA9"s,
        // raw
        "raw://a"s, "raw://[::1]"s, "raw://a:80/path"s, "raw://a:80?x"s, "raw://:80"s}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(ReadUrl, NamesTheError) {
  const std::pair<std::string, std::string> cases[] = {
      {"https://a/", "TLS is not supported; expected http://HOST:PORT/PATH"},
      {"ftp://a/", "'ftp://' is not supported"},
      {"localhost:8000/", "http:// is missing"},
      {"a/b://c", "http:// is missing"},
      {"http://me:secret@a:80/", "a user or a password in the URL is not supported"},
      {"http://", "the host is missing"},
      {"http://:80/", "the host is missing"},
      {"http://a:0/", "the port is '0'; expected a number from 1 to 65535"},
      {"http://a:65536/", "the port is '65536'; expected a number from 1 to 65535"},
      {"http://a:/", "the port is ''; expected"},
      {"http://a b/", "only printable ASCII without blanks"},
      {"raw://a:1/path", "raw:// has no path; expected raw://HOST:PORT"},
      {"raw://a", "raw:// needs a port; expected raw://HOST:PORT"},
      {"http://::1:80/", "an IPv6 address needs brackets, as in http://[::1]:8000/"},
      {"http://[::1", "the bracket before the host is not closed"},
  };
  for (const auto& [url, problem] : cases) {
    const ParsedUrl parsed = read_url(url);
    EXPECT_FALSE(parsed.target) << url;
    EXPECT_NE(parsed.problem.find(problem), std::string::npos) << url << ": " << parsed.problem;
    EXPECT_EQ(parsed.problem.find("secret"), std::string::npos) << url;
  }
  EXPECT_EQ(read_url("http://a/").problem, "");
}

TEST(WithoutUser, LeavesNoPassword) {
  const std::pair<std::string, std::string> cases[] = {
      {"http://me:secret@a/", "http://a/"},
      {"http://a/b@c", "http://a/b@c"},
      {"http://me:s@cret@a", "http://a"},
      {"x: http://u@a/ and raw://v@b:1", "x: http://a/ and raw://b:1"},
      {"--rate=1", "--rate=1"},
      {"", ""},
  };
  for (const auto& [text, clean] : cases) EXPECT_EQ(without_user(text), clean);
}

RequestTemplate template_for(const std::string& url, std::optional<std::size_t> body_size = std::nullopt,
                             bool closing = false, BodyCheck check = BodyCheck::kAuto) {
  return make_request_template(*parse_url(url), body_size, "hELLO wORLD", closing, check);
}

TEST(MakeRequestTemplate, MakesAGet) {
  EXPECT_EQ(template_for("http://a:8000/x?y").request, "GET /x?y HTTP/1.1\r\nHost: a:8000\r\n\r\n");
  EXPECT_EQ(template_for("http://[::1]:8000").request, "GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n");
  EXPECT_EQ(template_for("http://a", std::nullopt, true).request,
            "GET / HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n");
}

TEST(MakeRequestTemplate, MakesAPostOfTheGivenSize) {
  for (const std::size_t size : {0U, 1U, 64U, 65U, 1000U, 1'000'000U}) {
    for (const bool closing : {false, true}) {
      const std::string request = template_for("http://a/x", size, closing).request;
      const std::string head = "POST /x HTTP/1.1\r\nHost: a:80\r\n"s +
                               (closing ? "Connection: close\r\n" : "") +
                               "Content-Length: " + std::to_string(size) + "\r\n\r\n";
      EXPECT_TRUE(request.starts_with(head)) << request.substr(0, 100);
      EXPECT_EQ(request.size(), head.size() + size);
    }
  }
}

TEST(MakeRequestTemplate, ExpectsThePostedBodyCapitalized) {
  const RequestTemplate with_body = template_for("http://a/capitalize", 70);
  const std::string body = with_body.request.substr(with_body.request.size() - 70);
  ASSERT_TRUE(with_body.expected.body);
  std::string expected = body;
  for (char& c : expected) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  expected[0] = 'M';
  EXPECT_EQ(*with_body.expected.body, expected);
  EXPECT_NE(*with_body.expected.body, body) << "an echo would not do";
  EXPECT_EQ(template_for("http://a/capitalize", 0).expected.body, "");
  EXPECT_EQ(template_for("http://a/capitalize?text=x", 1).expected.body, "M") << "the body counts";
}

TEST(MakeRequestTemplate, ExpectsTheQueryTextCapitalized) {
  EXPECT_EQ(template_for("http://a/capitalize?text=hello+WORLD%21").expected.body, "Hello world!");
  EXPECT_EQ(template_for("http://a/capitalize?x=1&text=aB&text=c").expected.body, "Ab") << "the first counts";
  EXPECT_EQ(template_for("http://a/capitalize?text=").expected.body, "");
}

TEST(MakeRequestTemplate, ExpectsTheSameBodyForOtherPaths) {
  for (const char* url :
       {"http://a/", "http://a/healthz", "http://a/capitalize", "http://a/capitalize?x=1",
        "http://a/capitalize?text=%zz", "http://a/capitalize/?text=a", "http://a/Capitalize?text=a"}) {
    const Expectation expected = template_for(url).expected;
    EXPECT_FALSE(expected.body) << url;
    EXPECT_FALSE(expected.any_body) << url;
    EXPECT_FALSE(expected.raw) << url;
  }
  EXPECT_FALSE(template_for("http://a/other", 10).expected.body);
}

TEST(MakeRequestTemplate, ChecksBodiesAsRequested) {
  const RequestTemplate same = template_for("http://a/capitalize", 10, false, BodyCheck::kSame);
  EXPECT_FALSE(same.expected.body);
  EXPECT_FALSE(same.expected.any_body);
  const RequestTemplate any = template_for("http://a/capitalize", 10, false, BodyCheck::kAny);
  EXPECT_FALSE(any.expected.body);
  EXPECT_TRUE(any.expected.any_body);
}

TEST(MakeRequestTemplate, SendsTheTextInTheRawProtocol) {
  const RequestTemplate raw = template_for("raw://a:9000");
  EXPECT_EQ(raw.request, "hELLO wORLD");
  EXPECT_TRUE(raw.expected.raw);
  EXPECT_EQ(raw.expected.body, "Hello world");
  EXPECT_FALSE(template_for("raw://a:9000", std::nullopt, false, BodyCheck::kSame).expected.body);
  EXPECT_TRUE(template_for("raw://a:9000", std::nullopt, false, BodyCheck::kAny).expected.any_body);
}

}  // namespace
}  // namespace majuscule::test
