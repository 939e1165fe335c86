#include <exeunt/session.h>
#include <exeunt/tools/profile.h>
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <map>

#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

/// Three exits. Class 0 wins at all heads where x[0] is the largest.
const std::string kThreeExits = R"(
  input %x f32[1,3] "x"
  %trunk = Abs(%x) "trunk"
  %head0 = Mul(%trunk, %trunk) "head0"
  %body = Add(%trunk, %trunk) "body"
  %head1 = Mul(%body, %body) "head1"
  %last = Neg(%body) "last"
  output "answer"
  decide max_prob(%head0) > 0.9 logits "first" {
    exit(%head0) predicts(0, 0, 3, false)
    decide max_prob(%head1) > 0.9 logits "second" {
      exit(%head1) predicts(0, 0, 3, false)
      exit(%last) predicts(0, 0, 3, false)
    }
  }
)";

/// A step that counts its runs.
class CountedArgs : public StepArgs {
 public:
  CountedArgs(const Step& step, std::shared_ptr<std::atomic<int>> count)
      : count_(std::move(count)), run_(step.run), args_(step.args) {}

  std::unique_ptr<StepState> make_state() const override { return args_->make_state(); }

  static void run(const StepArgs& args, StepState* state, std::byte* const* operands) noexcept {
    const auto& self = static_cast<const CountedArgs&>(args);
    ++*self.count_;
    self.run_(*self.args_, state, operands);
  }

 private:
  std::shared_ptr<std::atomic<int>> count_;
  StepFn run_;
  std::shared_ptr<const StepArgs> args_;
};

class DisabledHead : public ::testing::Test {
 protected:
  /// The settings of the plan, with some exits switched off.
  std::vector<ExitSettings> without(std::initializer_list<std::size_t> exits) const {
    std::vector<ExitSettings> settings;
    for (const DecisionInfo& decision : plan_.decisions()) settings.push_back(decision.settings());
    for (const std::size_t exit : exits) settings[exit].enabled = false;
    return settings;
  }

  /// Names of the steps that `run` runs.
  template <class F>
  std::vector<std::string> steps_of(const F& run) {
    for (auto& [name, count] : counts_) *count = 0;
    run();
    std::vector<std::string> names;
    for (const auto& [name, count] : counts_) {
      if (*count > 0) names.push_back(name);
    }
    return names;
  }

  std::map<std::string, std::shared_ptr<std::atomic<int>>> counts_;
  const Plan plan_ = changed_plan_of(kThreeExits, [this](PlanData& data) {
    for (Step& step : data.steps) {
      auto count = counts_[step.name] = std::make_shared<std::atomic<int>>(0);
      step.args = std::make_shared<CountedArgs>(step, count);
      step.run = CountedArgs::run;
    }
  });
  const Tensor unsure_ = f32({1, 3}, {.3F, .2F, .1F});
};

TEST_F(DisabledHead, DoesNotRun) {
  Session session(plan_);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }),
              UnorderedElementsAre("trunk", "head0", "body", "head1", "last"));
  session.set_exit_settings(without({0}));
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), UnorderedElementsAre("trunk", "body", "head1", "last"));
  session.set_exit_settings(without({0, 1}));
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), UnorderedElementsAre("trunk", "body", "last"));
  session.set_exit_settings(without({}));
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }),
              UnorderedElementsAre("trunk", "head0", "body", "head1", "last"));
}

TEST_F(DisabledHead, MayBeSwitchedOffForOneCall) {
  Session session(plan_);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view(), without({1})); }),
              UnorderedElementsAre("trunk", "head0", "body", "last"));
  EXPECT_THAT(session.statistics().decisions[1].not_a_number, 0);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), ::testing::Contains("head1"));
}

TEST_F(DisabledHead, AnswersAreThoseOfAnInfiniteThreshold) {
  constexpr float kNever = std::numeric_limits<float>::infinity();
  Session off(plan_, {.max_batch = 4});
  off.set_exit_settings(without({0}));
  Session never(plan_, {.max_batch = 4});
  never.set_threshold(0, kNever);
  const Tensor x = f32({4, 3}, {.3F, .2F, .1F, 3, 0, 0, 0, .9F, 0, .1F, .1F, .1F});
  for (const std::int64_t samples : {1, 4}) {
    TensorView view = x.view();
    view.type.shape[0] = samples;
    const Results& ours = off.run(view);
    const Results& theirs = never.run(view);
    for (std::int64_t i = 0; i < samples; ++i) {
      EXPECT_EQ(ours.exit(i), theirs.exit(i));
      const auto answer = theirs.output(i).span<float>();
      EXPECT_THAT(ours.output(i).span<float>(), ::testing::ElementsAreArray(answer.begin(), answer.end()));
      EXPECT_TRUE(std::isnan(ours.scores(i)[0]));
      EXPECT_EQ(ours.scores(i)[1], theirs.scores(i)[1]);
    }
  }
}

TEST_F(DisabledHead, DoesNotRunInABatch) {
  Session session(plan_, {.max_batch = 2});
  session.set_exit_settings(without({0}));
  const Tensor x = f32({2, 3}, {.3F, .2F, .1F, .1F, .2F, .3F});
  EXPECT_THAT(steps_of([&] { session.run(x.view()); }), UnorderedElementsAre("trunk", "body", "head1", "last"));
}

TEST_F(DisabledHead, RunsIfItsExitIsForced) {
  Session session(plan_);
  session.set_exit_settings(without({0, 1}));
  session.force_exit(0);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), UnorderedElementsAre("trunk", "head0"));
  EXPECT_EQ(session.run(unsure_.view()).exit(0), 0);
  session.force_exit(2);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), UnorderedElementsAre("trunk", "body", "last"));
}

TEST_F(DisabledHead, RunsIfThePatienceOfALaterExitCountsIt) {
  Session session(plan_);
  std::vector<ExitSettings> settings = without({0});
  settings[1].criterion = CriterionKind::patience;
  settings[1].threshold = 1;
  session.set_exit_settings(settings);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), ::testing::Contains("head0"));
  EXPECT_EQ(session.run(unsure_.view()).exit(0), 1) << "two exits in a row agree";
  settings[1].enabled = false;
  session.set_exit_settings(settings);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), UnorderedElementsAre("trunk", "body", "last"));
  settings[0].criterion = CriterionKind::patience;
  settings[1] = without({})[1];
  session.set_exit_settings(settings);
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view()); }), UnorderedElementsAre("trunk", "body", "head1", "last"))
      << "its own patience is nobody's business";
}

TEST_F(DisabledHead, HasNoScoresInTheStatistics) {
  Session session(plan_);
  session.set_exit_settings(without({0}));
  session.run(unsure_.view());
  const Statistics statistics = session.statistics();
  EXPECT_THAT(statistics.decisions[0].scores, Each(0));
  EXPECT_EQ(statistics.decisions[0].not_a_number, 0);
  EXPECT_THAT(statistics.decisions[1].scores, ::testing::Contains(1));
  EXPECT_EQ(statistics.exits[2].samples, 1);
}

TEST_F(DisabledHead, DoesNotRunAgainstTheClock) {
  Session session(plan_);
  session.set_exit_settings(without({0}));
  const auto in_an_hour = [] { return std::chrono::steady_clock::now() + std::chrono::hours(1); };
  session.run(unsure_.view(), in_an_hour());  // Measures all segments.
  EXPECT_THAT(steps_of([&] { session.run(unsure_.view(), in_an_hour()); }),
              UnorderedElementsAre("trunk", "body", "head1", "last"));
  const Results& late = session.run(unsure_.view(), std::chrono::steady_clock::now());
  EXPECT_EQ(late.exit(0), 1);
  EXPECT_TRUE(late.cut_short(0));
}

TEST_F(DisabledHead, HasNoTimeInAProfile) {
  StepProfiler profiler(plan_);
  profiler.set_exit_settings(without({0}));
  const TensorView view = unsure_.view();
  const PathTimes times = profiler.run({&view, 1});
  EXPECT_EQ(profiler.exit(), 2);
  std::size_t timed = 0;
  for (const double us : profiler.steps_us()) timed += std::isnan(us) ? 0 : 1;
  EXPECT_EQ(timed, 4U);
  EXPECT_TRUE(std::isnan(profiler.scores_us()[0]));
  EXPECT_FALSE(std::isnan(profiler.scores_us()[1]));
  EXPECT_FALSE(std::isnan(times.all()));
  profiler.measure_clock({&view, 1}, 2);
  EXPECT_GE(profiler.clock_us(2), 0);
}

}  // namespace

}  // namespace exeunt
