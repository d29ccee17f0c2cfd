// SPDX-License-Identifier: MIT
// A result as text: the JSON object, key by key, and the table.
#include "measure/figures.hpp"

#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "measure/results.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

const std::vector<std::string> kSeries = {"service_time_us", "response_time_us", "connect_time_us",
                                          "first_byte_us", "lateness_us"};

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

Json parsed(const Result& result) {
  const std::string text = json_of(result);
  EXPECT_EQ(text.find('\n'), text.size() - 1) << "one line";
  return Json::parse(text);
}

TEST(JsonOf, HasTheKeysOfTheContractAndThenItsOwn) {
  const Json object = parsed(good_result());
  EXPECT_EQ(keys(object), (std::vector<std::string>{"requests",
                                                    "seconds",
                                                    "requests_per_second",
                                                    "offered_rate",
                                                    "valid",
                                                    "invalid_reasons",
                                                    "errors",
                                                    "service_time_us",
                                                    "response_time_us",
                                                    "connect_time_us",
                                                    "first_byte_us",
                                                    "lateness_us",
                                                    "client_cpu_share",
                                                    "notes",
                                                    "warmup_requests",
                                                    "connections",
                                                    "addresses",
                                                    "resent",
                                                    "unsent",
                                                    "seed"}));
  EXPECT_EQ(keys(object["errors"]),
            (std::vector<std::string>{"connect", "read", "write", "timeout", "status", "body"}));
  for (const std::string& series : kSeries) {
    EXPECT_EQ(keys(object[series]), (std::vector<std::string>{"min", "mean", "p50", "p75", "p90", "p95",
                                                              "p99", "p99.9", "p99.99", "max", "count"}));
  }
}

TEST(JsonOf, HasTheFigures) {
  const Json object = parsed(good_result());
  EXPECT_EQ(object["requests"], 100);
  EXPECT_EQ(object["seconds"], 1.0);
  EXPECT_EQ(object["requests_per_second"], 100.0);
  EXPECT_EQ(object["offered_rate"], 100.0);
  EXPECT_EQ(object["valid"], true);
  EXPECT_EQ(object["invalid_reasons"], Json::array());
  EXPECT_EQ(object["client_cpu_share"], 0.41);
  EXPECT_EQ(object["notes"], Json::array());
  EXPECT_EQ(object["warmup_requests"], 0);
  EXPECT_EQ(object["connections"], 100);
  EXPECT_EQ(object["addresses"], Json::array());
  EXPECT_EQ(object["resent"], 0);
  EXPECT_EQ(object["unsent"], 0);
  EXPECT_EQ(object["seed"], 7);
  for (const auto& [kind, count] : object["errors"].items()) EXPECT_EQ(count, 0) << kind;
}

TEST(JsonOf, HasEachSeriesInMicroseconds) {
  const Json object = parsed(good_result());
  const std::pair<std::string, double> steps[] = {{"response_time_us", 1000},
                                                  {"service_time_us", 10},
                                                  {"first_byte_us", 9},
                                                  {"connect_time_us", 100},
                                                  {"lateness_us", 0.01}};
  for (const auto& [series, step] : steps) {
    const Json& figures = object[series];
    EXPECT_EQ(figures["count"], 100) << series;
    EXPECT_DOUBLE_EQ(figures["min"].get<double>(), step) << series;
    EXPECT_DOUBLE_EQ(figures["max"].get<double>(), 100 * step) << series;
    EXPECT_NEAR(figures["mean"].get<double>(), 50.5 * step, 0.0006) << series;
    const std::pair<std::string, double> percentiles[] = {
        {"p50", 50}, {"p75", 75}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"p99.9", 100}, {"p99.99", 100}};
    for (const auto& [name, rank] : percentiles) {
      EXPECT_NEAR(figures[name].get<double>(), rank * step, 0.001 * rank * step) << series << " " << name;
    }
  }
}

TEST(JsonOf, HasNullForWhatWasNotMeasuredOrOffered) {
  const Json object = parsed(Result());
  EXPECT_TRUE(object["offered_rate"].is_null());
  EXPECT_EQ(object["requests"], 0);
  EXPECT_TRUE(object["requests_per_second"].is_null());
  EXPECT_TRUE(object["client_cpu_share"].is_null());
  EXPECT_EQ(object["valid"], false);
  EXPECT_EQ(object["invalid_reasons"].size(), 1U);
  for (const std::string& series : kSeries) {
    for (const auto& [name, value] : object[series].items()) {
      if (name == "count") {
        EXPECT_EQ(value, 0) << series;
      } else {
        EXPECT_TRUE(value.is_null()) << series << " " << name;
      }
    }
  }
}

TEST(JsonOf, HasTheErrors) {
  Result result = good_result();
  result.recorder.failed(Failure::kTimeout, "no answer", 3);
  result.recorder.failed(Failure::kBody, "\xFF\"\n", 1);
  result.client_cpu_share = 0.9;
  const Json object = parsed(result);
  EXPECT_EQ(object["valid"], false);
  EXPECT_EQ(object["invalid_reasons"].size(), 2U);
  EXPECT_EQ(object["invalid_reasons"][0], result.invalid_reasons()[0]);
  EXPECT_EQ(object["errors"]["timeout"], 3);
  EXPECT_EQ(object["errors"]["body"], 1);
  EXPECT_EQ(object["errors"]["read"], 0);
  EXPECT_EQ(object["notes"].size(), 1U);
}

TEST(InTimeUnits, HasThreeDigitsAndAUnit) {
  const std::pair<double, std::string> cases[] = {
      {0, "0 ns"},         {18, "18 ns"},      {999, "999 ns"},      {1000, "1.00 us"},   {18'000, "18.0 us"},
      {500'100, "500 us"}, {1e6, "1.00 ms"},   {25.04e6, "25.0 ms"}, {500.1e6, "500 ms"}, {1e9, "1.00 s"},
      {59.9e9, "59.9 s"},  {60e9, "1.00 min"}, {3600e9, "60.0 min"},
  };
  for (const auto& [ns, text] : cases) EXPECT_EQ(in_time_units(ns), text);
}

TEST(InTimeUnits, UsesTheNextUnitForAValueThatRoundsToIt) {
  const std::pair<double, std::string> cases[] = {
      {-0.4, "0 ns"},         {-1500, "-1.50 us"}, {0.4, "0 ns"},         {999.4, "999 ns"},
      {999.6, "1.00 us"},     {9'994, "9.99 us"},  {9'996, "10.0 us"},    {99'940, "99.9 us"},
      {99'960, "100 us"},     {999'400, "999 us"}, {999'600, "1.00 ms"},  {999.4e6, "999 ms"},
      {999.96e6, "1.00 s"},   {59.94e9, "59.9 s"}, {59.96e9, "1.00 min"}, {59.99e9, "1.00 min"},
      {-999'600, "-1.00 ms"}, {6e12, "100 min"},   {6e14, "10000 min"},
  };
  for (const auto& [ns, text] : cases) EXPECT_EQ(in_time_units(ns), text) << ns;
}

TEST(RateInWords, FormatsALowRate) {
  const std::pair<double, std::string> cases[] = {{0.001, "0.001"},  {0.01, "0.01"},     {0.3333, "0.333"},
                                                  {5, "5"},          {9.996, "10"},      {10, "10.0"},
                                                  {327.84, "327.8"}, {1e7, "10000000.0"}};
  for (const auto& [rate, text] : cases) EXPECT_EQ(rate_in_words(rate), text);
}

TEST(TableOf, NamesTheAddresses) {
  Result result = good_result();
  result.addresses = {"[::1]:80", "127.0.0.1:80"};
  EXPECT_NE(table_of(result, "").find("100 connections to [::1]:80 and 127.0.0.1:80, client"),
            std::string::npos);
  EXPECT_EQ(parsed(result)["addresses"], (Json{"[::1]:80", "127.0.0.1:80"}));
}

TEST(FiguresOfAFewRequests, HaveNoRate) {
  Result result = good_result();
  result.config = {.rate = 0.01, .requests = 1};
  EXPECT_TRUE(parsed(result)["requests_per_second"].is_null());
  EXPECT_NE(table_of(result, "").find("100 requests in 1.000 s (0.01 offered); "), std::string::npos);
}

TEST(TableOf, FormatsARun) {
  EXPECT_EQ(table_of(good_result(), "GET http://a:80/"), R"(GET http://a:80/

100 requests in 1.000 s: 100.0 requests/s (100.0 offered); 0 errors, 100 connections, client at 41 % of a core

                      min       mean        p50        p90        p99      p99.9        max
response time     1.00 ms    50.5 ms    50.0 ms    90.0 ms    99.0 ms     100 ms     100 ms
service time      10.0 us     505 us     500 us     900 us     990 us    1.00 ms    1.00 ms
first byte        9.00 us     454 us     450 us     810 us     891 us     900 us     900 us
connect            100 us    5.05 ms    5.00 ms    9.00 ms    9.90 ms    10.0 ms    10.0 ms
own lateness        10 ns     505 ns     500 ns     900 ns     990 ns    1.00 us    1.00 us
)");
}

TEST(TableOf, BeginsWithErrorsAndEndsWithNotes) {
  Result result;
  result.recorder.failed(Failure::kConnect, "refused", 2);
  result.client_cpu_share = 1;
  const std::string table = table_of(result, "what");
  EXPECT_TRUE(
      table.starts_with("what\n"
                        "INVALID: 2 requests could not connect (the first: refused)\n"
                        "INVALID: nothing was measured: no request got a good answer\n"
                        "\n0 requests in 0.000 s; 2 errors, 0 connections, client at 100 % of a core\n\n"))
      << table;
  EXPECT_NE(table.find("\nservice time         none\n"), std::string::npos) << table;
  EXPECT_NE(table.find("\n\nNote: client-bound: "), std::string::npos) << table;
}

}  // namespace
}  // namespace majuscule::test
