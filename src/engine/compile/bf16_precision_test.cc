#include <exeunt/session.h>

#include <algorithm>

#include "base/half.h"
#include "cpu/cpu_backend.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/kernels/kernel_table.h"
#include "engine/compile/model_data.h"
#include "engine/compile/precision.h"
#include "engine/compile/step_timer.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/expect_error.h"
#include "support/models.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Kernels picked by rules, on plain loops where there is nothing better.
BuildOptions strictly(const std::string& precision = "bf16") {
  return {.optimization_level = 0, .precision = precision, .strict = true};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Every kernel that computes a convolution or product.
std::vector<std::string> product_kernels(const PlanData& plan) {
  std::vector<std::string> kernels;
  for (const Step& step : plan.steps) {
    if (step.op == "Conv" || step.op == "Gemm") kernels.push_back(step.kernel);
  }
  return kernels;
}

std::ptrdiff_t on_bf16(const PlanData& plan) {
  return std::ranges::count_if(product_kernels(plan), [](const std::string& k) { return has(k, "_bf16_"); });
}

/// The scores of some pictures at an exit.
std::vector<double> scores_of(const Plan& plan, int exit) {
  Session session(plan);
  session.force_exit(exit);
  std::vector<double> scores;
  Tensor input(plan.inputs()[0].type);
  for (std::size_t k = 0; k < 8; ++k) {
    const std::span<float> values = input.mutable_span<float>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * 37 + k * 11) % 17);
    for (const float score : session.run(input.view()).output(0).span<float>())
      scores.push_back(static_cast<double>(score));
  }
  return scores;
}

TEST(Bf16, StrictPutsEveryConvolutionAndProductOnIt) {
  const Plan plan = Plan::build(digits(), strictly());
  EXPECT_EQ(plan.precision(), "bf16");
  EXPECT_THAT(plan.notes(), IsEmpty());
  EXPECT_THAT(product_kernels(*plan.data()), Each(HasSubstr("_bf16_conv_")));
  EXPECT_GE(on_bf16(*plan.data()), 3);
  for (const Step& step : plan.data()->steps) EXPECT_THAT(step.refusals, IsEmpty()) << step.name;
  const Plan floats = Plan::build(digits(), {.optimization_level = 0});
  for (const int exit : {0, 1}) {
    const std::vector<double> wanted = scores_of(floats, exit);
    const double size = std::max(std::ranges::max(wanted), -std::ranges::min(wanted));
    EXPECT_THAT(scores_of(plan, exit), near(wanted, 0.03 * size));
  }
}

TEST(Bf16, APlanComesBackFromItsFile) {
  const TempDir folder;
  const Plan plan = Plan::build(digits(), strictly());
  plan.save(folder / "bf16.plan");
  const Plan loaded = Plan::load(folder / "bf16.plan");
  EXPECT_EQ(product_kernels(*loaded.data()), product_kernels(*plan.data()));
  EXPECT_EQ(scores_of(loaded, 1), scores_of(plan, 1));
}

TEST(Bf16, WithoutInstructionsForItOnlyWeightsAreStoredSoAndANoteSaysSo) {
  if (cpu::has_fast_bf16()) GTEST_SKIP() << "this machine has them";
  const Plan plan = Plan::build(digits(), {.optimization_level = 0, .precision = "bf16"});
  EXPECT_THAT(plan.notes(),
              Contains(HasSubstr(cpu::active_kernels().isa == "scalar" ? "bf16: without timing, fp32 is taken"
                                                                       : "bf16: weights are rounded to 16 bits")));
  for (const std::string precision : {"bf16", "half", "best"})
    EXPECT_EQ(on_bf16(*Plan::build(digits(), {.optimization_level = 0, .precision = precision}).data()), 0);
}

TEST(Bf16, AModelWithoutProductsHasNothingForIt) {
  const Graph graph = parse_graph("input %x f32[1,3] \"x\"\n%y = Relu(%x)\noutput \"y\"\nexit(%y)\n");
  const PlanGraph plan_graph = [](const Graph& g) { return build_plan(g, std::array{&ref_backend()}); };
  BuildOptions options{.precision = "bf16"};
  const PrecisionOptions precision{.isa = "scalar", .can_time = false, .has_fast_bf16 = true};
  const std::string reason = "no node of this model can compute on bf16";
  EXPECT_THAT(plan_precision(graph, options, precision, plan_graph).notes, ElementsAre(HasSubstr(reason)));
  options.strict = true;
  expect_error(ErrorCode::unsupported, reason, [&] { plan_precision(graph, options, precision, plan_graph); });
}

/// Plans the digits as if this machine were fast at bf16, with times of steps that are made up.
class Bf16Planner {
 public:
  explicit Bf16Planner(bool can_time) : precision_{.isa = "scalar", .can_time = can_time, .has_fast_bf16 = true} {}

  PlanData run(const std::string& name) {
    const BuildOptions options{.optimization_level = 1, .precision = name};
    return plan_precision(digits().data().graph, options, precision_, [&](const Graph& graph) {
      PlanData plan = build_plan(graph, std::array{&cpu_backend(), &ref_backend()});
      plan.graph = std::make_shared<const Graph>(graph);
      // Only the first convolution gains.
      for (Step& step : plan.steps) step.us = has(step.kernel, "_bf16_") ? 100 : 10;
      const auto first = std::ranges::find(plan.steps, "Conv", &Step::op);
      if (first != plan.steps.end() && has(first->kernel, "_bf16_conv")) first->us = 0;
      for (Step& step : plan.steps) step.us = step.op == "Cast" ? 0 : step.us;
      tried.push_back(on_bf16(plan));
      return plan;
    });
  }

  std::vector<std::ptrdiff_t> tried;  ///< nodes on bf16 of each plan that was made

 private:
  PrecisionOptions precision_;
};

TEST(Bf16, WithoutTimingAFastMachineTakesIt) {
  for (const std::string precision : {"bf16", "half", "best"}) {
    Bf16Planner planner(false);
    const PlanData plan = planner.run(precision);
    EXPECT_EQ(plan.precision, precision);
    EXPECT_GE(on_bf16(plan), 3);
    EXPECT_THAT(planner.tried, ElementsAre(on_bf16(plan)));
  }
}

TEST(Bf16, PlansOfF32OfBf16AndMixedOnesCompete) {
  for (const std::string precision : {"bf16", "best"}) {
    Bf16Planner planner(true);
    const PlanData plan = planner.run(precision);
    ASSERT_GE(planner.tried.size(), 3U);
    EXPECT_EQ(planner.tried[0], 0);
    EXPECT_GE(planner.tried[1], 3);
    EXPECT_EQ(planner.tried[2], 1) << "what gains by its own time";
    EXPECT_THAT(planner.tried, Contains(on_bf16(plan)));
    // Of `best` a plan with 16-bit weights competes as well.
    EXPECT_EQ(planner.tried.size(), precision == "best" ? 4U : 3U);
    EXPECT_THAT(plan.notes.back(), HasSubstr("; objective mix: fp32 "));
    EXPECT_THAT(plan.notes.back(), HasSubstr(", bf16 "));
  }
}

/// A network of one 3x3 convolution on bf16, kernels picked as the guard lets them.
PlanData plan_with_tolerance(double tolerance) {
  const Graph graph = parse_graph(
      "input %x bf16[1,32,12,12] \"x\"\nconst %w bf16[32,32,3,3] = fill(0)\n"
      "%y = Conv(%x, %w){strides=[1,1], pads=[1,1,1,1], dilations=[1,1]}\noutput \"y\"\nexit(%y)\n");
  Graph random = graph;
  for (Value& value : random.values) {
    if (value.constant == nullptr) continue;
    Tensor weights(value.type);
    std::uint32_t state = 1;
    for (BFloat16& w : weights.mutable_span<BFloat16>()) {
      state = state * 1664525 + 1013904223;
      w = BFloat16(static_cast<float>(state >> 8) / 8388608.0F - 1);
    }
    value.constant = std::make_shared<const Tensor>(std::move(weights));
  }
  const StepTimer timer(random, {.level = 0, .tolerance = tolerance, .isa = "scalar"});
  return build_plan(random, std::array{&cpu_backend()}, timer);
}

/// The kernels that were refused for what they are off by.
std::string refused(const PlanData& plan) {
  std::string names;
  for (const Step& step : plan.steps) {
    for (const Rival& rival : step.rivals) names += has(rival.reason, "is off by") ? rival.kernel + " " : "";
  }
  return names;
}

TEST(Bf16, TheGuardLetsSmallPatchesPassAndLargeOnesOnRequest) {
  const std::string by_default = refused(plan_with_tolerance(BuildOptions{}.conv_tolerance));
  EXPECT_THAT(by_default, HasSubstr("winograd4"));
  EXPECT_THAT(by_default, ::testing::Not(HasSubstr("winograd2")));
  EXPECT_EQ(refused(plan_with_tolerance(1e-3)), "");
  EXPECT_THAT(refused(plan_with_tolerance(0)), HasSubstr("winograd2"));
}

}  // namespace

}  // namespace exeunt
