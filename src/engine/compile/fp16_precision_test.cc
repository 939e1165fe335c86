#include <exeunt/session.h>
#include <exeunt/tools/inspect.h>

#include <algorithm>

#include "cpu/cpu_backend.h"
#include "cpu/kernels/half_conv.h"
#include "cpu/kernels/kernel_table.h"
#include "engine/compile/model_data.h"
#include "engine/compile/precision.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/expect_error.h"
#include "support/models.h"
#include "support/tensors.h"

/// Weights in 16 bits beside arithmetic in f32.
namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSaysWhat = "weights are rounded to 16 bits, arithmetic is f32";

BuildOptions by_rules(const std::string& precision, bool strict = false) {
  return {.optimization_level = 0, .precision = precision, .strict = strict};
}

std::vector<std::string> kernels_of(const PlanData& plan, std::string_view op) {
  std::vector<std::string> kernels;
  for (const Step& step : plan.steps) {
    if (step.op == op) kernels.push_back(step.kernel);
  }
  return kernels;
}

std::vector<float> scores_at(const Plan& plan, int exit) {
  Session session(plan);
  session.force_exit(exit);
  Tensor input(plan.inputs()[0].type);
  const std::span<float> values = input.mutable_span<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 17);
  const auto scores = session.run(input.view()).output(0).span<float>();
  return {scores.begin(), scores.end()};
}

/// What "fp16" means where no kernel computes on halves.
class HalfWeights : public ::testing::Test {
 protected:
  void SetUp() override {
    if (cpu::has_fast_fp16()) GTEST_SKIP() << "this machine computes on halves";
  }
};

TEST_F(HalfWeights, StrictStoresTheWeightsOfAllConvolutionsAndProductsIn16Bits) {
  const Plan floats = Plan::build(digits(), by_rules("fp32"));
  const Plan plan = Plan::build(digits(), by_rules("fp16", true));
  EXPECT_EQ(plan.precision(), "fp16");
  EXPECT_THAT(plan.notes(), ElementsAre(std::string("fp16: ") + kSaysWhat));
  EXPECT_THAT(kernels_of(*plan.data(), "Gemm"), Each(EndsWith("_half_gemm")));
  EXPECT_THAT(kernels_of(*plan.data(), "Conv"), Each(HasSubstr("_w16")));
  EXPECT_THAT(kernels_of(*plan.data(), "Cast"), ::testing::IsEmpty());
  EXPECT_LT(plan.data()->weights.bytes(), floats.data()->weights.bytes());
  for (const int exit : {0, 1}) {
    const std::vector<float> wanted = scores_at(floats, exit);
    EXPECT_THAT(scores_at(plan, exit), ::testing::Pointwise(::testing::FloatNear(0.01F), wanted)) << "exit " << exit;
  }
}

TEST_F(HalfWeights, APlanComesBackFromItsFile) {
  const TempDir folder;
  const Plan plan = Plan::build(digits(), by_rules("fp16", true));
  plan.save(folder / "fp16.plan");
  const Plan loaded = Plan::load(folder / "fp16.plan");
  for (const std::string_view op : {"Conv", "Gemm"})
    EXPECT_EQ(kernels_of(*loaded.data(), op), kernels_of(*plan.data(), op));
  EXPECT_EQ(scores_at(loaded, 1), scores_at(plan, 1));
}

TEST_F(HalfWeights, WithoutTimingItIsTakenButWherePlainLoopsConvert) {
  const bool is_plain = cpu::active_kernels().isa == "scalar";
  const Plan plan = Plan::build(digits(), by_rules("fp16"));
  if (is_plain) {
    EXPECT_THAT(kernels_of(*plan.data(), "Gemm"), Each(Not(HasSubstr("half"))));
    EXPECT_THAT(plan.notes(), Contains(HasSubstr("fp16: without timing, fp32 is taken")));
  } else {
    EXPECT_THAT(kernels_of(*plan.data(), "Gemm"), Each(EndsWith("_half_gemm")));
    EXPECT_THAT(plan.notes(), ElementsAre(HasSubstr(kSaysWhat)));
  }
}

TEST_F(HalfWeights, IsWhatHalfMeansWithoutBf16) {
  if (cpu::has_fast_bf16()) GTEST_SKIP() << "this machine has it";
  const Plan plan = Plan::build(digits(), by_rules("half", true));
  EXPECT_EQ(plan.precision(), "half");
  EXPECT_THAT(plan.notes(), ElementsAre(std::string("half: ") + kSaysWhat));
  EXPECT_THAT(kernels_of(*plan.data(), "Gemm"), Each(EndsWith("_half_gemm")));
}

TEST_F(HalfWeights, PlansOfF32AndOf16BitWeightsCompete) {
  for (const std::string precision : {"fp16", "best"}) {
    const Plan plan = Plan::build(digits(), {.optimization_level = 1, .precision = precision});
    EXPECT_EQ(plan.precision(), precision);
    EXPECT_THAT(plan.notes(), Contains(::testing::AllOf(HasSubstr(precision + ": "), HasSubstr("objective mix: fp32 "),
                                                        HasSubstr(", fp16 "))));
  }
}

/// A plan of one product with these weights.
PlanData plan_of(const std::string& weights, BuildOptions options) {
  const Graph graph = parse_graph("input %x f32[1,2] \"x\"\nconst %w f32[2,1] = {" + weights +
                                  "}\n%y = Gemm(%x, %w) \"fc\"\noutput \"y\"\nexit(%y)\n");
  const PrecisionOptions precision{.isa = "any", .can_time = false, .has_fast_halves = true};
  return plan_precision(graph, options, precision, [](const Graph& g) {
    return build_plan(g, std::array{&own_cpu_backend(), &ref_backend()});
  });
}

TEST(HalfWeightsPlanned, WeightsBeyondItsRangeStayInF32) {
  EXPECT_THAT(kernels_of(plan_of("1, 65504", by_rules("fp16")), "Gemm"), Each(EndsWith("_half_gemm")));
  const PlanData plan = plan_of("1, 70000", by_rules("fp16"));
  EXPECT_THAT(kernels_of(plan, "Gemm"), Each(Not(HasSubstr("half"))));
  EXPECT_THAT(plan.notes,
              ElementsAre("fp16: 'fc' stays in fp32: a weight of 70000 is beyond what 16 bits hold (65504)",
                          "fp16: no convolution or product of this model can have 16-bit weights; fp32 is taken"));
  expect_error(ErrorCode::unsupported, "no convolution or product of this model can have 16-bit weights",
               [] { plan_of("1, 70000", by_rules("fp16", true)); });
}

}  // namespace

}  // namespace exeunt
