// SPDX-License-Identifier: MIT
// Bounds on the figures of a result: the grammar, and each figure on both sides of its bound.
#include "measure/assertion.hpp"

#include <gtest/gtest.h>

#include "measure/results.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

std::string failure(const std::string& text, const Result& result = good_result()) {
  const auto assertion = Assertion::parse(text);
  EXPECT_TRUE(assertion) << text;
  return assertion ? assertion->failure(result) : "no assertion";
}

TEST(Assertion, ParsesItsGrammar) {
  for (const char* text :
       {"p99<5ms", "p99.9<=1.5s", "p0>0ns", "p100<1h", "p99.999<2min", "min>=1us", "mean<1ms", "max<3s",
        "response.p50<1ms", "service.p99<1ms", "connect.max<1s", "first_byte.mean<1ms", "lateness.p99<1ms",
        "rate>100", "rate>=0.5", "rate<100000", "rate<=1"}) {
    EXPECT_TRUE(Assertion::parse(text)) << text;
  }
}

TEST(Assertion, RefusesTheRest) {
  for (const char* bad : {"",
                          "p99",
                          "p99<",
                          "p99<=",
                          "<5ms",
                          "p99=5ms",
                          "p99==5ms",
                          "p99!=5ms",
                          "p99=<5ms",
                          "p99<>5ms",
                          "p99<<5ms",
                          "p99<5",
                          "p99<ms",
                          "p99<-5ms",
                          "p99 <5ms",
                          "p99< 5ms",
                          " p99<5ms",
                          "p99<5ms ",
                          "p99<5ms,p50<1ms",
                          "p<5ms",
                          "p-1<5ms",
                          "p101<5ms",
                          "p100.1<5ms",
                          "p99.9.9<5ms",
                          "p1e1<5ms",
                          "pinf<5ms",
                          "pnan<5ms",
                          "P99<5ms",
                          "99<5ms",
                          "median<5ms",
                          "average<5ms",
                          "maximum<5ms",
                          "service<5ms",
                          "service.<5ms",
                          "service.rate>5",
                          "service.p<5ms",
                          "services.p99<5ms",
                          "response.service.p99<5ms",
                          "errors<1ms",
                          "rate",
                          "rate>",
                          "rate>1/s",
                          "rate>5ms",
                          "rate>-1",
                          "rate>inf",
                          "rate>1e3",
                          "rates>1",
                          "rate>=>1"}) {
    EXPECT_FALSE(Assertion::parse(bad)) << bad;
  }
}

struct Figure {
  std::string name;
  Duration is;
};

TEST(Assertion, ChecksEveryFigureOfEverySeries) {
  const Figure figures[] = {
      {"min", 1ms},           {"response.max", 100ms},    {"mean", 50'500us},       {"service.min", 10us},
      {"service.max", 1ms},   {"service.mean", 505us},    {"first_byte.min", 9us},  {"first_byte.max", 900us},
      {"connect.min", 100us}, {"connect.max", 10ms},      {"connect.mean", 5050us}, {"lateness.min", 10ns},
      {"lateness.max", 1us},  {"lateness.mean", 505ns},   {"lateness.p50", 500ns},  {"lateness.p99", 990ns},
      {"lateness.p0", 10ns},  {"lateness.p99.5", 1us},    {"lateness.p100", 1us},   {"p100", 100ms},
      {"service.p100", 1ms},  {"first_byte.p100", 900us}, {"connect.p100", 10ms},   {"response.p100", 100ms},
  };
  for (const auto& [name, is] : figures) {
    const auto bound = [&](Duration value) { return std::to_string(value.count()) + "ns"; };
    EXPECT_EQ(failure(name + "<" + bound(is + 1ns)), "") << name;
    EXPECT_NE(failure(name + "<" + bound(is)), "") << name;
    EXPECT_EQ(failure(name + "<=" + bound(is)), "") << name;
    EXPECT_NE(failure(name + "<=" + bound(is - 1ns)), "") << name;
    EXPECT_EQ(failure(name + ">" + bound(is - 1ns)), "") << name;
    EXPECT_NE(failure(name + ">" + bound(is)), "") << name;
    EXPECT_EQ(failure(name + ">=" + bound(is)), "") << name;
    EXPECT_NE(failure(name + ">=" + bound(is + 1ns)), "") << name;
  }
}

TEST(Assertion, ChecksTheRate) {
  for (const char* holds : {"rate>99.9", "rate>=100", "rate<=100", "rate<100.1"})
    EXPECT_EQ(failure(holds), "");
  for (const char* fails : {"rate>100", "rate>=100.1", "rate<=99.9", "rate<100"})
    EXPECT_NE(failure(fails), "");
}

TEST(Assertion, ReportsTheActualValue) {
  EXPECT_EQ(failure("max<5ms"), "max<5ms: it is 100 ms");
  EXPECT_EQ(failure("service.mean>=1s"), "service.mean>=1s: it is 505 us");
  EXPECT_EQ(failure("rate>1000"), "rate>1000: it is 100.0 requests/s");
}

TEST(Assertion, FailsWithoutAMeasurement) {
  for (const char* text :
       {"p99<5ms", "service.min<1h", "connect.max<1h", "first_byte.mean<=1h", "lateness.p50>=0ns"}) {
    EXPECT_EQ(failure(text, Result()), text + std::string(": nothing was measured"));
  }
  EXPECT_EQ(failure("rate>0", Result()), "rate>0: nothing was measured");
}

}  // namespace
}  // namespace majuscule::test
