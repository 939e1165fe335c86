#include "tune/profile_log.h"

#include <gmock/gmock.h>

#include <cmath>

#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::SizeIs;

const std::string kHeadAndTail = R"(
  input %x f32[1,2] "x"
  %head = Neg(%x) "head"
  %late = Exp(%x) "late"
  %last = Neg(%late) "last"
  output "y"
  decide max_prob(%head) > 0.5 { exit(%head) exit(%last) }
)";

/// `early` runs to exit 0 and as many as `late` to exit 1.
Profile profile_of_runs(int early, int late, std::size_t most_numbers = 1 << 20) {
  const Plan plan = plan_of(kHeadAndTail);
  StepProfiler profiler(plan);
  ProfileLog log(plan, most_numbers);
  const Tensor x = f32({1, 2}, {1, 2});
  const TensorView view = x.view();
  for (int i = 0; i < early + late; ++i) {
    const PathTimes times = profiler.run({&view, 1}, i < early ? 0 : 1);
    log.add(profiler, times);
  }
  EXPECT_EQ(log.runs(), early + late);
  return log.summary();
}

TEST(ProfileLog, EveryStepHasARowAlsoIfItNeverRan) {
  const Profile profile = profile_of_runs(3, 0);
  ASSERT_THAT(profile.steps, SizeIs(3));
  EXPECT_EQ(profile.runs, 3);
  EXPECT_EQ(profile.steps[0].runs, 3);
  EXPECT_EQ(profile.steps[1].runs, 0);
  EXPECT_EQ(profile.steps[1].total_us, 0);
  EXPECT_EQ(profile.steps[1].median_us, 0);
  EXPECT_EQ(profile.typical.exit, 0);
  EXPECT_TRUE(std::isnan(profile.typical.steps_us[2]));
}

TEST(ProfileLog, AStepCountsTheRunsThatCameBy) {
  const Profile profile = profile_of_runs(2, 5);
  EXPECT_EQ(profile.steps[0].runs, 7);
  EXPECT_EQ(profile.steps[2].runs, 5);
  EXPECT_THAT(profile.typical.steps_us, SizeIs(3));
  EXPECT_THAT(profile.typical.scores_us, SizeIs(1));
}

TEST(ProfileLog, ManyRunsAreThinnedOutButAllCount) {
  // Five parts, three steps and a decision a run: room for four of them.
  const Profile profile = profile_of_runs(100, 0, 4 * 9);
  EXPECT_EQ(profile.runs, 100);
  EXPECT_EQ(profile.steps[0].runs, 100);
  EXPECT_GE(profile.steps[0].total_us, 0);
}

TEST(ProfileLog, NothingIsAllZero) {
  const Profile profile = profile_of_runs(0, 0);
  EXPECT_EQ(profile.runs, 0);
  EXPECT_THAT(profile.steps, SizeIs(3));
  EXPECT_EQ(profile.median_us.all(), 0);
}

}  // namespace

}  // namespace exeunt
