#include "exec/deadline_executor.h"

#include <gmock/gmock.h>

#include <array>

#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Clock = DeadlineExecutor::Clock;

/// Three exits; what the heads think of a sample are its first, second and third pair of numbers.
const std::string kThreeHeads = R"(
  input %x f32[1,6] "x"
  %first = Slice(%x) {starts=[0], ends=[2], axes=[1], steps=[1]}
  %second = Slice(%x) {starts=[2], ends=[4], axes=[1], steps=[1]}
  %third = Slice(%x) {starts=[4], ends=[6], axes=[1], steps=[1]}
  output "y"
  decide max_prob(%first) > 0.9 "a" {
    exit(%first) predicts(0, 0, 2, true)
    decide max_prob(%second) > 0.9 "b" {
      exit(%second) predicts(0, 0, 2, true)
      exit(%third) predicts(0, 0, 2, true)
    }
  }
)";

class Keeper final : public AnswerKeeper {
 public:
  explicit Keeper(const Executor& executor) : executor_(executor) {}
  void keep(const Segment& exit) noexcept override {
    exits.push_back(exit.exit);
    answer = executor_.exit_output(exit, 0).span<float>()[0];
  }

  std::vector<int> exits;
  float answer = 0;

 private:
  const Executor& executor_;
};

class DeadlineRun : public ::testing::Test {
 protected:
  DeadlineRun() {
    for (std::size_t s = 0; s < plan_->segments.size(); ++s) deadlines_.expect(s, 1);
    for (const int segment : plan_->decision_segments)
      chosen_.push_back(plan_->segments[static_cast<std::size_t>(segment)].settings);
  }

  /// @return the exits whose answers were kept, the last one being the run's
  std::vector<int> run(const std::vector<float>& x, Clock::time_point deadline) {
    const Tensor input = f32({1, 6}, x);
    const std::byte* address = input.view().data;
    std::vector<DecisionSetting> settings = settings_of(*plan_);
    resolve_settings(*plan_, chosen_, settings);
    Keeper keeper(executor_);
    outcome_ = deadlines_.run({&address, 1}, settings, chosen_, scores_, deadline, keeper);
    answer_ = keeper.answer;
    return keeper.exits;
  }

  /// Lets the way on from a decision seem to take a day.
  void make_endless(int segment) { deadlines_.expect(static_cast<std::size_t>(segment), 86'400e6); }

  std::shared_ptr<const PlanData> plan_ =
      std::make_shared<const PlanData>(build_plan(parse_graph(kThreeHeads), std::array{&ref_backend()}));
  Executor executor_{plan_};
  DeadlineExecutor deadlines_{executor_};
  std::vector<ExitSettings> chosen_;
  std::vector<float> scores_ = std::vector<float>(2);
  DeadlineOutcome outcome_;
  float answer_ = 0;
  const Clock::time_point in_an_hour_ = Clock::now() + std::chrono::hours(1);
  const int third_exit_ = plan_->exit_segments[2];
};

TEST_F(DeadlineRun, WithTimeEnoughItIsAnyRun) {
  EXPECT_EQ(run({.95F, .05F, .5F, .5F, .5F, .5F}, in_an_hour_).back(), 0);
  EXPECT_FALSE(outcome_.cut_short || outcome_.missed);
  EXPECT_EQ(run({.5F, .5F, .95F, .05F, .5F, .5F}, in_an_hour_).back(), 1);
  EXPECT_EQ(run({.5F, .5F, .6F, .4F, .7F, .3F}, in_an_hour_).back(), 2);
  EXPECT_EQ(answer_, .7F);
  EXPECT_FALSE(outcome_.cut_short || outcome_.missed);
}

TEST_F(DeadlineRun, WithoutTimeTheFirstExitAnswersTooLate) {
  EXPECT_THAT(run({.5F, .5F, .95F, .05F, .5F, .5F}, Clock::now()), ElementsAre(0));
  EXPECT_TRUE(outcome_.cut_short);
  EXPECT_TRUE(outcome_.missed);
  EXPECT_THAT(scores_, ElementsAre(.5F, ::testing::IsNan()));
}

TEST_F(DeadlineRun, WhatCannotEndInTimeIsNotStarted) {
  make_endless(third_exit_);
  EXPECT_EQ(run({.5F, .5F, .6F, .4F, .7F, .3F}, in_an_hour_).back(), 1);
  EXPECT_TRUE(outcome_.cut_short);
  EXPECT_FALSE(outcome_.missed);
}

TEST_F(DeadlineRun, TheSurestExitThatIsDoneAnswers) {
  make_endless(third_exit_);
  EXPECT_THAT(run({.8F, .2F, .6F, .4F, .7F, .3F}, in_an_hour_), ElementsAre(0));
  EXPECT_EQ(answer_, .8F);
  chosen_[1].criterion = CriterionKind::margin;  // On another scale: the later one is surer.
  EXPECT_EQ(run({.8F, .2F, .6F, .4F, .7F, .3F}, in_an_hour_).back(), 1);
}

TEST_F(DeadlineRun, ADisabledExitNeverAnswers) {
  chosen_[0].enabled = false;
  EXPECT_EQ(run({.95F, .05F, .6F, .4F, .7F, .3F}, Clock::now()).back(), 1);
  make_endless(third_exit_);
  chosen_[1].enabled = false;
  EXPECT_EQ(run({.95F, .05F, .6F, .4F, .7F, .3F}, in_an_hour_).back(), 2);
  EXPECT_FALSE(outcome_.cut_short);
}

TEST_F(DeadlineRun, AGuessThatIsTooHighIsGivenUpInTheEnd) {
  deadlines_.expect(static_cast<std::size_t>(third_exit_), 1.02 * 3600e6);
  int refusals = 0;
  while (run({.5F, .5F, .6F, .4F, .7F, .3F}, in_an_hour_).back() != 2 && refusals < 1000) ++refusals;
  EXPECT_GT(refusals, 50);
  EXPECT_LT(refusals, 1000);
}

TEST_F(DeadlineRun, WhatItSeesIsWhatItExpects) {
  make_endless(plan_->exit_segments[0]);
  const Tensor input = f32({1, 6}, {0, 0, 0, 0, 0, 0});
  const std::byte* address = input.view().data;
  deadlines_.measure({&address, 1}, 3);
  EXPECT_EQ(run({.5F, .5F, .6F, .4F, .7F, .3F}, in_an_hour_).back(), 2);
}

}  // namespace

}  // namespace exeunt
