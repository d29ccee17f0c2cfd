// SPDX-License-Identifier: MIT
// The drain in virtual time: what is due when, independent of the driver.
#include "server/drain.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace majuscule::test {
namespace {

using namespace std::chrono_literals;
using Step = Drain::Step;

constexpr Time kStop{1000s};

class DrainTest : public ::testing::Test {
 protected:
  void begin(Duration timeout = 10s) { drain_.begin(kStop, timeout); }

  /// Returns all steps that are due `after` the stop signal.
  std::vector<Step> steps(Duration after, bool accepts = true) {
    std::vector<Step> due;
    for (Step step; (step = drain_.take_step(kStop + after, accepts)) != Step::kNone;) due.push_back(step);
    return due;
  }

  Drain drain_;
};

TEST_F(DrainTest, HasNothingToDoBeforeTheStopSignal) {
  EXPECT_FALSE(drain_.begun());
  EXPECT_EQ(drain_.next_time(), kNever);
  EXPECT_EQ(steps(1h), std::vector<Step>{});
}

TEST_F(DrainTest, LetsHandshakesEndBeforeItClosesAndEmptiesTheQueues) {
  begin();
  EXPECT_EQ(steps(Drain::kHandshakeTime - 1ns), std::vector<Step>{});
  EXPECT_FALSE(drain_.closes(/*fresh=*/false, kStop));
  EXPECT_EQ(drain_.next_time(), kStop + Drain::kHandshakeTime);
  EXPECT_EQ(steps(Drain::kHandshakeTime), (std::vector{Step::kCloseIdle, Step::kTakeQueued}));
  EXPECT_TRUE(drain_.closes(/*fresh=*/false, kStop + Drain::kHandshakeTime));
}

TEST_F(DrainTest, GivesAClientTimeForItsFirstRequest) {
  begin();
  steps(Drain::kHandshakeTime);
  EXPECT_FALSE(drain_.closes(/*fresh=*/true, kStop + Drain::kFreshGrace - 1ns));
  EXPECT_EQ(steps(Drain::kFreshGrace - 1ns), std::vector<Step>{});
  EXPECT_EQ(steps(Drain::kFreshGrace), std::vector{Step::kCloseIdle});
  EXPECT_TRUE(drain_.closes(/*fresh=*/true, kStop + Drain::kFreshGrace));
}

TEST_F(DrainTest, GivesThatTimeAlsoToClientsThatComeLate) {
  begin();
  steps(Drain::kHandshakeTime);
  drain_.client_came(kStop + 900ms);
  EXPECT_EQ(steps(Drain::kFreshGrace), std::vector<Step>{});
  EXPECT_FALSE(drain_.closes(/*fresh=*/true, kStop + Drain::kFreshGrace));
  EXPECT_EQ(drain_.next_time(), kStop + 900ms + Drain::kFreshGrace);
  EXPECT_EQ(steps(900ms + Drain::kFreshGrace), std::vector{Step::kCloseIdle});
}

TEST_F(DrainTest, ClosesLaterFreshClientsToo) {
  begin();
  steps(2s);
  drain_.client_came(kStop + 3s);
  EXPECT_FALSE(drain_.closes(/*fresh=*/true, kStop + 3s));
  EXPECT_EQ(steps(4s), std::vector{Step::kCloseIdle});
}

TEST_F(DrainTest, TakesTheQueuesUntilNoClientIsLeftInThem) {
  begin();
  steps(Drain::kHandshakeTime);
  drain_.queue_taken(kStop + 20ms, /*some_left=*/true);
  EXPECT_FALSE(drain_.arrivals_ended());
  EXPECT_EQ(drain_.next_time(), kStop + 20ms + Drain::kHandshakeTime);
  EXPECT_EQ(steps(20ms + Drain::kHandshakeTime), std::vector{Step::kTakeQueued});
  drain_.queue_taken(kStop + 40ms, /*some_left=*/false);
  EXPECT_TRUE(drain_.arrivals_ended());
}

TEST_F(DrainTest, LeavesTheQueuesToACallerThatCanAccept) {
  begin();
  EXPECT_EQ(steps(2s, /*accepts=*/false), (std::vector{Step::kCloseIdle, Step::kCloseIdle}));
  EXPECT_FALSE(drain_.arrivals_ended());
  EXPECT_EQ(steps(2s), std::vector{Step::kTakeQueued});
}

TEST_F(DrainTest, HasNoQueuesWhereAnotherThreadAccepts) {
  begin();
  drain_.end_arrivals();
  EXPECT_EQ(steps(Drain::kHandshakeTime), std::vector{Step::kCloseIdle});
}

TEST_F(DrainTest, AbortsAtTheTimeoutAndIsDone) {
  begin(5s);
  steps(4s);
  EXPECT_FALSE(drain_.aborted());
  EXPECT_EQ(drain_.next_time(), kStop + 5s);
  EXPECT_EQ(steps(5s), std::vector{Step::kAbort});
  EXPECT_TRUE(drain_.aborted());
  EXPECT_TRUE(drain_.arrivals_ended());
  EXPECT_EQ(drain_.next_time(), kNever);
  drain_.client_came(kStop + 6s);
  EXPECT_EQ(steps(1h), std::vector<Step>{});
}

TEST_F(DrainTest, AbortsAtOnceWithoutTime) {
  begin(0s);
  EXPECT_EQ(steps(0s), std::vector{Step::kAbort});
}

TEST_F(DrainTest, AbortsBeforeTheQueuesAreTakenWhenItsTimeIsShorter) {
  begin(10ms);
  EXPECT_EQ(steps(1s), std::vector{Step::kAbort});
}

TEST_F(DrainTest, DoesLateStepsInOrder) {
  begin(3s);
  EXPECT_EQ(steps(1h), (std::vector{Step::kCloseIdle, Step::kTakeQueued, Step::kCloseIdle, Step::kAbort}));
}

TEST_F(DrainTest, AfterTheAbortTakenQueuesChangeNothing) {
  begin(30ms);
  steps(20ms);
  EXPECT_EQ(steps(30ms), std::vector{Step::kAbort});
  drain_.queue_taken(kStop + 31ms, /*some_left=*/true);
  EXPECT_EQ(drain_.next_time(), kNever);
}

}  // namespace
}  // namespace majuscule::test
