#include <exeunt/session.h>
#include <gmock/gmock.h>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using Clock = std::chrono::steady_clock;

const std::string kTwoExits = R"(
  input %x f32[1,3] "x"
  const %ten f32[] = {10}
  %y = Mul(%x, %ten)
  output "answer"
  decide max_prob(%x) > 0.9 "first" {
    exit(%x) predicts(0, 0, 3, true)
    exit(%y) predicts(0, 0, 3, true)
  }
)";

Clock::time_point in_an_hour() { return Clock::now() + std::chrono::hours(1); }

TEST(SessionDeadline, WithTimeEnoughNothingIsCutShort) {
  Session session(plan_of(kTwoExits));
  for (const float largest : {.95F, .5F}) {
    const Tensor x = f32({1, 3}, {largest, 0, 0});
    const int exit = session.run(x.view()).exit(0);
    const Results& results = session.run(x.view(), in_an_hour());
    EXPECT_EQ(results.exit(0), exit);
    EXPECT_FALSE(results.cut_short(0));
    EXPECT_EQ(results.output(0).span<float>()[0], exit == 0 ? largest : largest * 10);
  }
  EXPECT_EQ(session.statistics().deadlines.runs, 2);
  EXPECT_EQ(session.statistics().deadlines.cut_short, 0);
  EXPECT_EQ(session.statistics().deadlines.missed, 0);
}

TEST(SessionDeadline, WithoutTimeTheFirstExitAnswers) {
  Session session(plan_of(kTwoExits));
  const Tensor x = f32({1, 3}, {.5F, 0, 0});
  const Results& results = session.run(x.view(), Clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(results.size(), 1);
  EXPECT_EQ(results.exit(0), 0);
  EXPECT_TRUE(results.cut_short(0));
  EXPECT_EQ(results.score(0), .5F);
  EXPECT_EQ(results.output(0).span<float>()[0], .5F);
  const Statistics statistics = session.statistics();
  EXPECT_EQ(statistics.deadlines.cut_short, 1);
  EXPECT_EQ(statistics.deadlines.missed, 1);
  EXPECT_EQ(statistics.exits[0].samples, 1);
  EXPECT_FALSE(session.run(x.view()).cut_short(0)) << "the next run has no deadline";
}

TEST(SessionDeadline, TakesOneSampleByItsScores) {
  Session session(plan_of(kTwoExits), {.max_batch = 2});
  expect_error(ErrorCode::argument, "2 samples were given; a run with a deadline takes one", [&] {
    session.run(f32({2, 3}, {0, 0, 0, 0, 0, 0}).view(), in_an_hour());
  });
  session.force_exit(1);
  expect_error(ErrorCode::argument, "an exit is forced", [&] {
    session.run(f32({1, 3}, {0, 0, 0}).view(), in_an_hour());
  });
}

}  // namespace

}  // namespace exeunt
