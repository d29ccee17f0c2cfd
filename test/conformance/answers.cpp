// SPDX-License-Identifier: MIT
// Implements answers.hpp. Header fields are compared as sorted lists, so that a failure prints both.
#include "conformance/answers.hpp"

#include <algorithm>
#include <map>
#include <regex>

#include <gtest/gtest.h>

namespace majuscule::test {

namespace {

const std::map<int, std::string> kReasons = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

void expect_fields(const HttpResponse& response, HeaderFields wanted, Connection connection) {
  // RFC 9110, 5.6.7: IMF-fixdate, the only form that may be sent.
  static const std::regex kDate(
      "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
      "20[0-9][0-9] "
      "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT");
  const std::string date = response.header("Date").value_or("(no Date)");
  EXPECT_TRUE(std::regex_match(date, kDate)) << date;
  wanted.emplace_back("Date", date);
  wanted.emplace_back("Content-Length", std::to_string(response.body.size()));
  if (connection == Connection::kCloses) {
    wanted.emplace_back("Connection", "close");
  }
  HeaderFields found = response.headers;
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(found, wanted) << response.raw.substr(0, 500);
}

}  // namespace

void expect_ok(const HttpResponse& response, const std::string& body, Connection connection,
               const std::string& content_type) {
  EXPECT_EQ(response.status, 200) << response.raw.substr(0, 500);
  EXPECT_EQ(response.reason, "OK");
  EXPECT_TRUE(response.body == body) << "a body of " << response.body.size() << " bytes that begins with '"
                                     << response.body.substr(0, 200) << "' is not the expected one of "
                                     << body.size() << " bytes that begins with '" << body.substr(0, 200)
                                     << "'";
  HeaderFields wanted;
  if (!body.empty()) {
    wanted.emplace_back("Content-Type", content_type);
  }
  expect_fields(response, wanted, connection);
}

void expect_error(const HttpResponse& response, int status, Connection connection, const HeaderFields& more) {
  EXPECT_EQ(response.status, status) << response.raw.substr(0, 500);
  if (kReasons.contains(response.status)) {
    EXPECT_EQ(response.reason, kReasons.at(response.status));
  }
  EXPECT_FALSE(response.body.empty()) << "an error says what was wrong";
  EXPECT_LE(response.body.size(), 200U) << response.body;
  HeaderFields wanted = more;
  wanted.emplace_back("Content-Type", kPlainText);
  expect_fields(response, wanted, connection);
}

std::string without_dates(const std::vector<HttpResponse>& responses) {
  std::string text;
  for (const HttpResponse& response : responses) {
    text += response.without_date();
  }
  return text;
}

int count_of_status(const std::vector<HttpResponse>& responses, int status) {
  return static_cast<int>(
      std::count_if(responses.begin(), responses.end(),
                    [status](const HttpResponse& each) { return each.status == status; }));
}

}  // namespace majuscule::test
