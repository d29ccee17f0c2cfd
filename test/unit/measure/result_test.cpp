// SPDX-License-Identifier: MIT
// The recorder, and whether a result is valid: each reason against it, alone and as text.
#include "measure/result.hpp"

#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include "measure/results.hpp"

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;

TEST(Recorder, MeasuresAnAnswerFromEachOfItsTimes) {
  Recorder recorder;
  constexpr Time kSent{10s};
  recorder.answered({kSent - 3s, kSent, true}, kSent + 1s, kSent + 2s);
  EXPECT_EQ(recorder.requests, 1U);
  EXPECT_EQ(recorder.service.max(), 2s);
  EXPECT_EQ(recorder.response.max(), 5s);
  EXPECT_EQ(recorder.first_byte.max(), 1s);
  EXPECT_EQ(recorder.last_answer, kSent + 2s);
  EXPECT_EQ(recorder.last_sent, kSent);
  EXPECT_TRUE(recorder.connect.empty());
  EXPECT_TRUE(recorder.lateness.empty());
}

TEST(Recorder, KeepsOnlyTheCountOfTheWarmUp) {
  Recorder recorder;
  recorder.answered({Time(1s), Time(1s), false}, Time(2s), Time(3s));
  EXPECT_EQ(recorder.warmup_requests, 1U);
  EXPECT_EQ(recorder.requests, 0U);
  for (const Histogram* histogram : {&recorder.service, &recorder.response, &recorder.first_byte}) {
    EXPECT_TRUE(histogram->empty());
  }
  EXPECT_EQ(recorder.last_answer, Time::min());
}

TEST(Recorder, RemembersTheLastAnswerAndTheLastRequest) {
  Recorder recorder;
  recorder.answered({Time(1s), Time(1s), true}, Time(9s), Time(9s));
  recorder.answered({Time(2s), Time(2s), true}, Time(3s), Time(3s));
  EXPECT_EQ(recorder.last_answer, Time(9s));
  EXPECT_EQ(recorder.last_sent, Time(2s));
}

TEST(Recorder, CountsFailuresByKindWithTheFirstReasonOfEach) {
  Recorder recorder;
  EXPECT_EQ(recorder.total_failures(), 0U);
  recorder.failed(Failure::kRead, "reset");
  recorder.failed(Failure::kRead, "nonsense", 3);
  recorder.failed(Failure::kBody, "other");
  EXPECT_EQ(recorder.failures, (std::array<std::uint64_t, kFailures>{0, 4, 0, 0, 0, 1}));
  EXPECT_EQ(recorder.first_reason[1], "reset");
  EXPECT_EQ(recorder.first_reason[5], "other");
  EXPECT_EQ(recorder.total_failures(), 5U);
}

TEST(Failure, HasTheNamesOfTheContract) {
  const std::string_view names[] = {"connect", "read", "write", "timeout", "status", "body"};
  for (std::size_t i = 0; i < kFailures; ++i) EXPECT_EQ(to_string(static_cast<Failure>(i)), names[i]);
}

TEST(Result, IsValidWithNothingWrong) {
  const Result result = good_result();
  EXPECT_TRUE(result.invalid_reasons().empty());
  EXPECT_TRUE(result.notes().empty());
  EXPECT_DOUBLE_EQ(result.requests_per_second().value_or(0), 100);
  EXPECT_DOUBLE_EQ(result.seconds(), 1);
}

Recorder served_record(Duration each, Duration between, int count) {
  Recorder recorder;
  recorder.planned_end = Time(between * count);
  for (int i = 0; i < count; ++i) {
    const Time due(between * i);
    recorder.answered({due, due, true}, due + each, due + each);
  }
  return recorder;
}

TEST(Recorder, IsServedAtTheEndOfItsScheduleHoweverLongEachAnswerTakes) {
  EXPECT_EQ(served_record(10us, 1ms, 1000).served_at(), Time(1s));
  EXPECT_EQ(served_record(300ms, 1ms, 1000).served_at(), Time(1s));
}

TEST(Recorder, IsServedLaterWhenItsLastRequestIsSentLater) {
  Recorder recorder = served_record(10us, 1ms, 1000);
  recorder.answered({Time(999ms), Time(1500ms), true}, Time(1501ms), Time(1501ms));
  EXPECT_EQ(recorder.served_at(), Time(1500ms));
}

TEST(Recorder, IsServedLaterByAServerThatIsSlowerThanItsSchedule) {
  Recorder recorder;
  recorder.planned_end = Time(1s);
  for (int i = 0; i < 1000; ++i) {  // all sent in time, one answer every 2 ms
    recorder.answered({Time(1ms * i), Time(1ms * i), true}, Time(2ms * i), Time(2ms * i));
  }
  EXPECT_GT(recorder.served_at(), Time(1470ms));
  EXPECT_LT(recorder.served_at(), Time(1490ms));
}

TEST(Recorder, IsNotServedLaterByAFewSlowAnswers) {
  Recorder recorder = served_record(10us, 1ms, 1000);
  for (int i = 0; i < 10; ++i) recorder.answered({Time(990ms), Time(990ms), true}, Time(5s), Time(5s));
  EXPECT_EQ(recorder.served_at(), Time(1s));
}

struct Spoilt {
  std::string reason;
  std::function<void(Result&)> spoil;
};

std::vector<Spoilt> spoilt() {
  const auto fails = [](Failure kind, std::uint64_t count) {
    return [=](Result& result) { result.recorder.failed(kind, "because", count); };
  };
  return {
      {"interrupted", [](Result& r) { r.cut_short = "interrupted"; }},
      {"1 request could not connect (the first: because)", fails(Failure::kConnect, 1)},
      {"2 requests could not connect (the first: because)", fails(Failure::kConnect, 2)},
      {"1 request lost its connection or got an invalid answer (the first: because)",
       fails(Failure::kRead, 1)},
      {"2 requests lost their connection or got invalid answers (the first: because)",
       fails(Failure::kRead, 2)},
      {"1 request could not be sent (the first: because)", fails(Failure::kWrite, 1)},
      {"2 requests could not be sent (the first: because)", fails(Failure::kWrite, 2)},
      {"1 request was not answered in time (the first: because)", fails(Failure::kTimeout, 1)},
      {"2 requests were not answered in time (the first: because)", fails(Failure::kTimeout, 2)},
      {"1 answer with a wrong status (the first: because)", fails(Failure::kStatus, 1)},
      {"2 answers with a wrong status (the first: because)", fails(Failure::kStatus, 2)},
      {"1 answer with a wrong body (the first: because)", fails(Failure::kBody, 1)},
      {"2 answers with a wrong body (the first: because)", fails(Failure::kBody, 2)},
      {"nothing was measured: no request got a good answer", [](Result& r) { r.recorder = {}; }},
      {"1 request of the schedule was never sent", [](Result& r) { r.unsent = 1; }},
      {"2 requests of the schedule were never sent", [](Result& r) { r.unsent = 2; }},
      {"90.9 requests/s were achieved, 100.0 offered: the client could not send them in time",
       [](Result& r) { r.took = 1100ms; }},
      {"98.9 requests/s were achieved, 100.0 offered: all 100 places were busy when requests were due, so "
       "the "
       "server was slower, or more --connections are needed",
       [](Result& r) {
         r.took = 1011ms;
         r.recorder.held_up = 51;
       }},
      {"the server closed 1 silent client", [](Result& r) { r.idle_lost = 1; }},
      {"the server closed 2 silent clients", [](Result& r) { r.idle_lost = 2; }},
      {"1 response was longer than an hour", [](Result& r) { r.recorder.response.record(2h); }},
      {"2 responses were longer than an hour",
       [](Result& r) {
         r.recorder.response.record(2h);
         r.recorder.response.record(2h);
       }},
  };
}

TEST(Result, HasEachInvalidReasonOnce) {
  for (const Spoilt& one : spoilt()) {
    Result result = good_result();
    one.spoil(result);
    EXPECT_EQ(result.invalid_reasons(), std::vector<std::string>{one.reason});
  }
}

TEST(Result, HasAllReasonsTogether) {
  Result result = good_result();
  for (const Failure kind : {Failure::kConnect, Failure::kRead, Failure::kWrite, Failure::kTimeout,
                             Failure::kStatus, Failure::kBody}) {
    result.recorder.failed(kind, "because");
  }
  result.cut_short = "interrupted";
  result.unsent = 3;
  result.idle_lost = 4;
  result.took = 2s;
  result.recorder.response.record(2h);
  const auto reasons = result.invalid_reasons();
  EXPECT_EQ(reasons.size(), 11U);
  EXPECT_EQ(reasons.front(), "interrupted");
}

TEST(Result, AchievesARateWithNinetyNinePercentOfIt) {
  Result result = good_result();
  result.took = 1010ms;
  EXPECT_TRUE(result.invalid_reasons().empty()) << result.requests_per_second().value_or(0);
  result.config.rate.reset();
  result.took = 100s;
  EXPECT_TRUE(result.invalid_reasons().empty()) << "a closed loop offers none";
}

TEST(Result, HasNoRateWithoutTime) {
  Result result = good_result();
  result.took = 0s;
  EXPECT_EQ(result.requests_per_second(), std::nullopt);
}

TEST(Result, OfAScheduleOfOneRequestHasNoRate) {
  const std::pair<LoadConfig, std::string> few[] = {
      {{.rate = 0.1, .duration = 1s},
       "a schedule of 1 request says no rate: 0.1 requests/s need a --duration of 20.0 s or more"},
      {{.rate = 0.01, .requests = 1},
       "a schedule of 1 request says no rate: 0.01 requests/s need --requests=2 or more"},
      {{.rate = 10, .duration = 10s, .requests = 1},
       "a schedule of 1 request says no rate: 10 requests/s need a --duration of 200 ms and --requests=2, or "
       "more"},
      {{.rate = 1, .arrivals = Arrivals::kPoisson, .duration = 1499ms},
       "a schedule of 1 request says no rate: 1 requests/s need a --duration of 2.00 s or more"},
  };
  for (const auto& [config, reason] : few) {
    Result result;
    result.config = config;
    result.took = 1ms;
    result.recorder.answered({Time(1s), Time(1s), true}, Time(1s), Time(1s));
    EXPECT_EQ(result.requests_per_second(), std::nullopt);
    EXPECT_EQ(result.invalid_reasons(), std::vector<std::string>{reason});
  }
  Result result = good_result();
  result.config = {.rate = 1, .duration = 1500ms};
  result.took = 100s;
  EXPECT_TRUE(result.invalid_reasons().empty()) << "two requests say one";
}

TEST(Result, ReportsThatTheClientStoodStill) {
  const std::string stood_still = "the client itself did not run for 250 ms or longer";
  Result open = good_result();
  open.recorder.longest_standstill = 250ms - 1ns;
  EXPECT_TRUE(open.invalid_reasons().empty());
  open.recorder.longest_standstill = 250ms;
  ASSERT_EQ(open.invalid_reasons().size(), 1U);
  EXPECT_TRUE(open.invalid_reasons()[0].starts_with(stood_still));
  Result closed = good_result();
  closed.config.rate.reset();
  closed.recorder.longest_standstill = 250ms;
  EXPECT_TRUE(closed.invalid_reasons().empty());
  ASSERT_EQ(closed.notes().size(), 1U);
  EXPECT_TRUE(closed.notes()[0].starts_with(stood_still));
  closed.recorder.failed(Failure::kRead, "closed");
  ASSERT_EQ(closed.invalid_reasons().size(), 2U);
  EXPECT_TRUE(closed.invalid_reasons()[0].starts_with(stood_still)) << "before what it may explain";
  EXPECT_TRUE(closed.notes().empty());
}

TEST(Result, IsInvalidWhenTheClientSentMuchTooLate) {
  Result result = good_result();
  result.recorder.lateness.record(250ms - 1ns);
  EXPECT_TRUE(result.invalid_reasons().empty());
  result.recorder.lateness.record(250ms);
  EXPECT_EQ(
      result.invalid_reasons(),
      std::vector<std::string>{"the client itself sent a request 250 ms late, so these figures are its own"});
  result.config.rate.reset();
  EXPECT_TRUE(result.invalid_reasons().empty()) << "a closed loop has no schedule";
}

TEST(Result, NotesThatRequestsWereSentAgain) {
  Result result = good_result();
  result.recorder.resent = 1;
  ASSERT_EQ(result.notes().size(), 1U);
  EXPECT_TRUE(result.notes()[0].starts_with(
      "1 request was sent again because the answer before closed the connection"));
  EXPECT_TRUE(result.invalid_reasons().empty());
}

TEST(Result, NotesThatTheClientWasTheBottleneck) {
  Result result = good_result();
  result.client_cpu_share = 0.799;
  EXPECT_TRUE(result.notes().empty());
  result.client_cpu_share = 0.8;
  ASSERT_EQ(result.notes().size(), 1U);
  EXPECT_TRUE(result.notes()[0].starts_with("client-bound: the client used 80 % of its core"));
  EXPECT_TRUE(result.invalid_reasons().empty());
}

TEST(Result, NotesThatRequestsWaitedForAConnection) {
  Result result = good_result();
  result.recorder.held_up = 1;
  ASSERT_EQ(result.notes().size(), 1U);
  EXPECT_TRUE(result.notes()[0].starts_with("1 request was due while no connection was free"));
  result.recorder.held_up = 2;
  EXPECT_TRUE(result.notes()[0].starts_with("2 requests were due while no connection was free"));
  EXPECT_TRUE(result.invalid_reasons().empty());
  result.config.rate.reset();
  EXPECT_TRUE(result.notes().empty());
}

}  // namespace
}  // namespace majuscule::test
