#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>

#include <algorithm>

#include "cpu/kernels/half_conv.h"
#include "engine/compile/model_data.h"
#include "engine/compile/precision.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/expect_error.h"
#include "support/models.h"
#include "support/tensors.h"

/// Arithmetic on IEEE halves, where machines have it.
namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A plan for a machine with such arithmetic, on the reference.
PlanData plan_on_reference(const Graph& graph, const std::string& precision, bool strict = false) {
  const BuildOptions options{.precision = precision, .strict = strict};
  const PrecisionOptions machine{.isa = "any", .can_time = false, .has_fast_fp16 = true};
  return plan_precision(graph, options, machine, [](const Graph& lowered) {
    PlanData plan = build_plan(lowered, std::array{&ref_backend()});
    plan.graph = std::make_shared<const Graph>(lowered);
    return plan;
  });
}

/// The types in which a plan's convolutions and products compute.
std::vector<DType> product_types(const PlanData& plan) {
  std::vector<DType> types;
  for (const Node& node : plan.graph->nodes) {
    if (std::holds_alternative<ops::Conv>(node.op) || std::holds_alternative<ops::Gemm>(node.op))
      types.push_back(plan.graph->type(node.output).dtype);
  }
  return types;
}

TEST(Fp16Arithmetic, EveryConvolutionAndProductComputesOnHalves) {
  for (const std::string precision : {"fp16", "half", "best"}) {
    const PlanData plan = plan_on_reference(digits().data().graph, precision);
    EXPECT_EQ(plan.precision, precision);
    EXPECT_THAT(product_types(plan), Each(DType::f16));
    EXPECT_GE(product_types(plan).size(), 6U);
  }
}

TEST(Fp16Arithmetic, WhatHalvesDoNotHoldStaysInF32) {
  const std::string conv = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]";
  const auto graph = [&](const std::string& weight, const std::string& activation) {
    return parse_graph("input %x f32[1,1,2,2] \"x\"\nconst %v f32[1,1,1,1] = {1}\nconst %w f32[1,1,1,1] = {" + weight +
                       "}\n%a = Conv(%x, %v)" + conv + "} \"small\"\n%y = Conv(%a, %w)" + conv + activation +
                       "} \"large\"\noutput \"y\"\nexit(%y)\n");
  };
  const PlanData plan = plan_on_reference(graph("70000", ""), "fp16");
  EXPECT_THAT(product_types(plan), ::testing::UnorderedElementsAre(DType::f32, DType::f16));
  EXPECT_THAT(plan.notes,
              ElementsAre("fp16: 'large' stays in fp32: a weight of 70000 is beyond what 16 bits hold (65504)"));
  EXPECT_THAT(plan_on_reference(graph("1", ", activation=tanh"), "fp16").notes,
              ElementsAre("fp16: 'large' stays in fp32: an activation other than Relu and Clip"));
}

TEST(Fp16Arithmetic, AModelWithoutProductsHasNothingForIt) {
  const Graph graph = parse_graph("input %x f32[1,3] \"x\"\n%y = Relu(%x)\noutput \"y\"\nexit(%y)\n");
  const std::string reason = "fp16: no node of this model can compute on fp16; fp32 is taken";
  EXPECT_THAT(plan_on_reference(graph, "fp16").notes, ElementsAre(reason));
  expect_error(ErrorCode::unsupported, reason, [&] { plan_on_reference(graph, "fp16", true); });
}

/// On kernels, so only where there are some.
class Fp16Kernels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!cpu::has_fast_fp16()) GTEST_SKIP() << "there are no kernels for halves here";
  }

  static BuildOptions by_rules(const std::string& precision) {
    return {.optimization_level = 0, .precision = precision};
  }

  static std::vector<std::string> product_kernels(const Plan& plan) {
    std::vector<std::string> kernels;
    for (const Step& step : plan.data()->steps) {
      EXPECT_THAT(step.refusals, IsEmpty()) << step.name;
      if (step.op == "Conv" || step.op == "Gemm") kernels.push_back(step.kernel);
    }
    return kernels;
  }
};

/// What a plan answers for each of some handwritten digits: the exit, then the scores at the last exit.
std::vector<std::vector<float>> answers_of(const Plan& plan) {
  const Dataset data = Dataset::open("npz:" + digits_file("digits_test.npz").string(),
                                     {.sample = {DType::f32, Shape{1, 8, 8}}, .layout = {}}, 200);
  Session by_itself(plan);
  Session to_the_end(plan);
  to_the_end.force_exit(1);
  Tensor sample(plan.inputs().front().type);
  std::vector<std::vector<float>> answers;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    data.read(i, 1, sample.mutable_view());
    const auto scores = to_the_end.run(sample.view()).output(0).span<float>();
    answers.emplace_back(scores.begin(), scores.end());
    answers.back().push_back(static_cast<float>(by_itself.run(sample.view()).exit(0)));
  }
  return answers;
}

TEST_F(Fp16Kernels, DigitsAnswerAsInF32) {
  const Plan plan = Plan::build(digits(), by_rules("fp16"));
  EXPECT_EQ(plan.precision(), "fp16");
  EXPECT_THAT(plan.notes(), IsEmpty());
  EXPECT_THAT(product_kernels(plan), Each(StartsWith("neon_fp16_conv_direct_")));
  const auto got = answers_of(plan);
  const auto wanted = answers_of(Plan::build(digits(), by_rules("fp32")));
  int same_exits = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    same_exits += got[i].back() == wanted[i].back() ? 1 : 0;
    const auto scores = [](const std::vector<float>& answer) { return std::span(answer).first(10); };
    const auto [low, high] = std::ranges::minmax(scores(wanted[i]));
    EXPECT_THAT(scores(got[i]),
                ::testing::Pointwise(::testing::FloatNear(0.01F * std::max(high, -low)), scores(wanted[i])));
    EXPECT_EQ(std::ranges::max_element(scores(got[i])) - scores(got[i]).begin(),
              std::ranges::max_element(scores(wanted[i])) - scores(wanted[i]).begin());
  }
  EXPECT_GE(same_exits, static_cast<int>(got.size()) - 2);
}

TEST_F(Fp16Kernels, APlanComesBackFromItsFile) {
  const TempDir folder;
  const Plan plan = Plan::build(digits(), by_rules("fp16"));
  plan.save(folder / "fp16.plan");
  const Plan loaded = Plan::load(folder / "fp16.plan");
  EXPECT_EQ(product_kernels(loaded), product_kernels(plan));
  EXPECT_EQ(answers_of(loaded), answers_of(plan));
}

TEST_F(Fp16Kernels, AreWhatATargetOfThisMachineHas) {
  BuildOptions options = by_rules("half");
  options.target_isa = "neon";
  EXPECT_THAT(product_kernels(Plan::build(digits(), options)), Each(StartsWith("neon_fp16_conv_direct_")));
}

TEST_F(Fp16Kernels, CompeteWithThoseOfF32) {
  for (const std::string precision : {"fp16", "half", "best"}) {
    const Plan plan = Plan::build(digits(), {.optimization_level = 1, .precision = precision});
    EXPECT_THAT(plan.notes(), Contains(::testing::AllOf(HasSubstr("objective mix: fp32 "), HasSubstr(", fp16 "))));
  }
}

}  // namespace

}  // namespace exeunt
