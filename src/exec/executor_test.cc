#include "exec/executor.h"

#include <cmath>

#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using Mode = DecisionSetting::Mode;

/// A plan, its executor and the settings that the graph gives.
class Rig {
 public:
  explicit Rig(const std::string& text)
      : plan_(std::make_shared<const PlanData>(build_plan(parse_graph(text), std::array{&ref_backend()}))),
        executor_(plan_),
        scores_(plan_->decision_segments.size()) {
    settings = settings_of(*plan_);
  }

  /// Runs one sample. @return the exit's index
  int run(const std::vector<const Tensor*>& inputs) {
    std::vector<const std::byte*> addresses;
    for (const Tensor* input : inputs) addresses.push_back(input->view().data);
    exit_ = &executor_.run(addresses, settings, scores_);
    return exit_->exit;
  }

  /// All results of a step called `name`, and all exits' first outputs, in the order in which they come.
  std::vector<float> trace(const Tensor& input, const std::string& name) {
    const std::byte* address = input.view().data;
    std::vector<float> seen;
    executor_.trace(
        {&address, 1},
        [&](std::size_t step, const std::byte* result) {
          if (plan_->steps[step].name == name) seen.push_back(*reinterpret_cast<const float*>(result));
        },
        [&](const Segment& segment, float) {
          if (segment.is_exit) seen.push_back(executor_.exit_output(segment, 0).span<float>()[0]);
        });
    return seen;
  }

  std::vector<float> output(std::size_t i = 0) const {
    const auto values = executor_.exit_output(*exit_, i).span<float>();
    return {values.begin(), values.end()};
  }

  const std::vector<float>& scores() const { return scores_; }
  const PlanData& plan() const { return *plan_; }

  std::vector<DecisionSetting> settings;

 private:
  std::shared_ptr<const PlanData> plan_;
  Executor executor_;
  std::vector<float> scores_;
  const Segment* exit_ = nullptr;
};

const std::string kTwoExits = R"(
  input %x f32[2] "x"
  %early = Neg(%x)
  %late = Exp(%x)
  output "y"
  decide max_prob(%x) > 0.5 { exit(%early) exit(%late) }
)";

TEST(Executor, TakesTheArmThatTheScoreSays) {
  Rig rig(kTwoExits);
  const Tensor sure = f32({2}, {0.25F, 0.75F});
  EXPECT_EQ(rig.run({&sure}), 0);
  EXPECT_THAT(rig.output(), ElementsAre(-0.25F, -0.75F));
  EXPECT_THAT(rig.scores(), ElementsAre(0.75F));
  const Tensor unsure = f32({2}, {0, 0.5F});
  EXPECT_EQ(rig.run({&unsure}), 1);
  EXPECT_THAT(rig.output(), ElementsAre(1, std::exp(0.5F)));
}

TEST(Executor, ANaNScoreNeverLeaves) {
  Rig rig(kTwoExits);
  for (const auto& values : {std::vector{kNaN, 1.0F}, {1.0F, kNaN}, {kNaN, kNaN}}) {
    const Tensor x = f32({2}, values);
    EXPECT_EQ(rig.run({&x}), 1);
    EXPECT_THAT(rig.scores()[0], IsNaN());
  }
  rig.settings[0].threshold = -kInf;
  const Tensor x = f32({2}, {kNaN, kNaN});
  EXPECT_EQ(rig.run({&x}), 1);
}

TEST(Executor, ANaNThresholdLetsNobodyLeave) {
  Rig rig(kTwoExits);
  rig.settings[0].threshold = kNaN;
  const Tensor x = f32({2}, {1, 1});
  EXPECT_EQ(rig.run({&x}), 1);
}

TEST(Executor, ForcedDecisionsDoNotLookAtTheScore) {
  Rig rig(kTwoExits);
  for (const float score : {0.0F, 1.0F, kNaN}) {
    const Tensor x = f32({2}, {score, score});
    rig.settings[0].mode = Mode::leave;
    EXPECT_EQ(rig.run({&x}), 0);
    rig.settings[0].mode = Mode::stay;
    EXPECT_EQ(rig.run({&x}), 1);
  }
}

/// Counts how often each step of a plan runs.
class RunCountArgs : public StepArgs {
 public:
  int* count = nullptr;
};

TEST(Executor, RunsTheStepsOnThePathOnceAndNoOthers) {
  const Graph graph = parse_graph(R"(
    input %x f32[2] "x"
    %root = Abs(%x)
    %a = Neg(%root)
    %b = Exp(%root)
    %c = Exp(%b)
    %d = Log(%b)
    output "y"
    decide max_prob(%root) > 3 { exit(%a) decide max_prob(%b) > 2 { exit(%c) exit(%d) } }
  )");
  PlanData plan = build_plan(graph, std::array{&ref_backend()});
  ASSERT_EQ(plan.steps.size(), 5U);
  std::array<int, 5> counts{};
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    auto args = std::make_shared<RunCountArgs>();
    args->count = &counts[i];
    plan.steps[i].args = std::move(args);
    plan.steps[i].run = [](const StepArgs& step, StepState*, std::byte* const*) noexcept {
      ++*static_cast<const RunCountArgs&>(step).count;
    };
  }
  std::vector<DecisionSetting> settings = settings_of(plan);
  const auto led = [&](Mode first, Mode second) {
    settings[0].mode = first;
    settings[1].mode = second;
    return settings;
  };
  Executor executor(std::make_shared<const PlanData>(std::move(plan)));
  std::vector<float> scores(2);
  const Tensor x = f32({2}, {0, 0});
  const std::array inputs = {x.view().data};
  executor.run(inputs, led(Mode::leave, Mode::leave), scores);
  EXPECT_THAT(counts, ElementsAre(1, 1, 0, 0, 0));
  executor.run(inputs, led(Mode::stay, Mode::leave), scores);
  EXPECT_THAT(counts, ElementsAre(2, 1, 1, 1, 0));
  executor.run(inputs, led(Mode::stay, Mode::stay), scores);
  EXPECT_THAT(counts, ElementsAre(3, 1, 2, 1, 1));
}

TEST(Executor, NestedDecisionsScoreWhereTheSampleComesBy) {
  Rig rig(R"(
    input %x f32[1] "x"
    const %two f32[] = {2}
    %b = Mul(%x, %two)
    %c = Mul(%b, %two)
    output "y"
    decide max_prob(%x) > 0.9 {
      exit(%x)
      decide max_prob(%b) > 0.9 { exit(%b) decide max_prob(%c) > 0.9 { exit(%c) exit(%x) } }
    }
  )");
  const std::vector<std::pair<float, int>> wanted = {{1.0F, 0}, {0.5F, 1}, {0.25F, 2}, {0.125F, 3}};
  for (const auto& [value, exit] : wanted) {
    const Tensor x = f32({1}, {value});
    EXPECT_EQ(rig.run({&x}), exit);
    for (int d = 0; d < 3; ++d) {
      if (d <= exit) {
        EXPECT_EQ(rig.scores()[static_cast<std::size_t>(d)], value * static_cast<float>(1 << d));
      } else {
        EXPECT_THAT(rig.scores()[static_cast<std::size_t>(d)], IsNaN());
      }
    }
  }
}

TEST(Executor, ARouterHasTwoWorkingArms) {
  Rig rig(R"(
    input %x f32[3] "x"
    input %g bool[2] "g"
    %common = Abs(%x)
    %l = Neg(%common)
    %l2 = Exp(%l)
    %r = Exp(%common)
    %r2 = Add(%r, %common)
    output "y"
    decide predicate(%g) > 0.5 { exit(%l2) exit(%r2) }
  )");
  const Tensor x = f32({3}, {-1, 0, 2});
  const Tensor left = boolean({2}, {false, true});
  const Tensor right = boolean({2}, {false, false});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(rig.run({&x, &left}), 0);
    EXPECT_THAT(rig.output(), ElementsAre(std::exp(-1.0F), 1, std::exp(-2.0F)));
    EXPECT_THAT(rig.scores(), ElementsAre(1));
    EXPECT_EQ(rig.run({&x, &right}), 1);
    EXPECT_THAT(rig.output(), ElementsAre(std::exp(1.0F) + 1, 1, std::exp(2.0F) + 2));
    EXPECT_THAT(rig.scores(), ElementsAre(0));
  }
}

TEST(Executor, AnExitMayGiveBackAnInputOrAConstant) {
  Rig rig("input %x f32[2] \"x\"\nconst %k f32[1] = {7}\noutput \"y\"\noutput \"k\"\nexit(%x, %k)");
  const Tensor first = f32({2}, {1, 2});
  EXPECT_EQ(rig.run({&first}), 0);
  EXPECT_THAT(rig.output(0), ElementsAre(1, 2));
  EXPECT_THAT(rig.output(1), ElementsAre(7));
  const Tensor second = f32({2}, {3, 4});
  rig.run({&second});
  EXPECT_THAT(rig.output(0), ElementsAre(3, 4));
}

TEST(Executor, ADecisionMayLookAtAConstant) {
  Rig rig(
      "input %x f32[1] \"x\"\nconst %k f32[1] = {0.6}\noutput \"y\"\ndecide max_prob(%k) > 0.5 { exit(%k) exit(%x) }");
  const Tensor x = f32({1}, {1});
  EXPECT_EQ(rig.run({&x}), 0);
}

TEST(Executor, FollowsTheCallersAddressesFromRunToRun) {
  Rig rig(kTwoExits);
  Tensor moving = f32({2}, {1, 2});
  const Tensor other = f32({2}, {3, 4});
  rig.run({&moving});
  EXPECT_THAT(rig.output(), ElementsAre(-1, -2));
  rig.run({&other});
  EXPECT_THAT(rig.output(), ElementsAre(-3, -4));
  moving.mutable_span<float>()[0] = 9;
  rig.run({&moving});
  EXPECT_THAT(rig.output(), ElementsAre(-9, -2));
}

TEST(Executor, TheSameInputMayFeedSeveralOperands) {
  Rig rig("input %a f32[2] \"a\"\ninput %b f32[2] \"b\"\n%s = Sub(%a, %b)\n%y = Mul(%s, %a)\noutput \"y\"\nexit(%y)");
  const Tensor a = f32({2}, {5, 6});
  const Tensor b = f32({2}, {1, 2});
  rig.run({&a, &b});
  EXPECT_THAT(rig.output(), ElementsAre(20, 24));
  rig.run({&b, &a});
  EXPECT_THAT(rig.output(), ElementsAre(-4, -8));
  rig.run({&a, &a});
  EXPECT_THAT(rig.output(), ElementsAre(0, 0));
}

TEST(ExecutorTrace, RunsEveryArmOnce) {
  Rig rig(R"(
    input %x f32[1] "x"
    %kept = Neg(%x) "kept"
    %a = Exp(%x)
    %b = Abs(%a)
    %c = Neg(%b)
    %d = Neg(%kept)
    %e = Exp(%d)
    output "y"
    decide max_prob(%kept) > 100 {
      decide max_prob(%x) > 0 { exit(%c) exit(%x) }
      exit(%e)
    })");
  const float e = std::exp(2.0F);
  // The last exit's %d is made of %kept, which waited while the other arm ran.
  EXPECT_THAT(rig.trace(f32({1}, {2}), "kept"), ElementsAre(-2, ::testing::FloatEq(-e), 2, ::testing::FloatEq(e)));
}

}  // namespace

}  // namespace exeunt
