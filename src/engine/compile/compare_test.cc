#include <exeunt/tools/compare.h>

#include <exeunt/session.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/compile/bisect.h"
#include "engine/compile/trace.h"
#include "graph/text.h"
#include "support/models.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<std::string> names(const Comparison& comparison) {
  std::vector<std::string> all;
  for (const StepDifference& step : comparison.steps) all.push_back(step.name);
  return all;
}

template <class... T>
std::vector<Tensor> inputs_of(T&&... tensors) {
  std::vector<Tensor> all;
  (all.push_back(std::forward<T>(tensors)), ...);
  return all;
}

TEST(RandomSamples, AreTheSameEveryTimeAndDifferFromEachOther) {
  const Model model = model_from("g (float[1,1,8,8] x, float[1] f = {0.1}) => (float[] y) { y = Mul(x, f) }");
  const std::vector<Tensor> a = random_samples(model, 3);
  const std::vector<Tensor> b = random_samples(model, 3);
  ASSERT_EQ(a.size(), 1U);
  EXPECT_EQ(a[0].type().str(), "f32[3,1,8,8]");
  EXPECT_EQ(values<float>(a[0]), values<float>(b[0]));
  const std::vector<float> all = values<float>(a[0]);
  EXPECT_NE(std::vector(all.begin(), all.begin() + 64), std::vector(all.begin() + 128, all.end()));
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(all[i], std::round(all[i]));
    EXPECT_GE(all[i], 0);
    EXPECT_LE(all[i], 255);
    EXPECT_LT(std::abs(all[64 + i]), 10);
  }
}

TEST(RandomSamples, AreNoPixelsWhereTheModelWantsThemScaled) {
  const auto largest = [](const std::string& factor) {
    const Model model =
        model_from("g (float[1,100] x, float[1] f = {" + factor + "}) => (float[] y) { y = Mul(x, f) }");
    const std::vector<float> all = values<float>(random_samples(model, 2)[0]);
    return *std::ranges::max_element(all);
  };
  EXPECT_GT(largest("0.1"), 200);
  EXPECT_LT(largest("10"), 10);
}

TEST(RandomSamples, AreSmallNumbersForIndices) {
  const std::vector<Tensor> samples =
      random_samples(model_from("g (int64[1,40] x, bool[1,2] b) => (int64[1,40] y) { y = Abs(x) }"), 2);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[1].type().str(), "bool[2,2]");
  for (const std::int64_t value : values<std::int64_t>(samples[0])) {
    EXPECT_GE(value, 0);
    EXPECT_LE(value, 1);
  }
}

TEST(CompareBackends, EveryStepOfEveryExitIsCompared) {
  const Model model = digits();
  const Comparison result = compare_backends(model, random_samples(model, 2));
  EXPECT_EQ(result.samples, 2);
  EXPECT_GE(result.steps.size(), Plan::build(model).exits().size());
  EXPECT_THAT(names(result), ::testing::IsSupersetOf({"node_softmax", "node_relu", "node_relu_1", "node_relu_2"}));
  ASSERT_GE(result.worst, 0);
  EXPECT_LT(result.steps[static_cast<std::size_t>(result.worst)].difference.max_rel, 1e-5);
  EXPECT_EQ(result.first_past, -1);
  EXPECT_EQ(result.other_exits, 0);
}

TEST(CompareBackends, WithItselfNothingDiffers) {
  const Model model = digits();
  CompareOptions options;
  options.build.backend = "ref";
  options.tolerance = 0;
  const Comparison result = compare_backends(model, random_samples(model, 1), options);
  EXPECT_EQ(result.first_past, -1);
  for (const StepDifference& step : result.steps) EXPECT_EQ(step.difference.max_abs, 0) << step.name;
}

TEST(CompareBackends, InputsThatDoNotFitAreAnError) {
  const Model model = digits();
  expect_error(ErrorCode::shape, "input 'image' is [1,64]; [1,1,8,8] is needed", [&] {
    compare_backends(model, inputs_of(counting({1, 64})));
  });
  expect_error(ErrorCode::argument, "0 inputs were given; the model has 1", [&] { compare_backends(model, {}); });
  expect_error(ErrorCode::dtype, "is i64; f32 is needed", [&] {
    compare_backends(model, inputs_of(i64({1, 1, 1, 1}, {0})));
  });
}

constexpr const char* kTwice = "g (float[1,3] x) => (float[1,3] y) { a = Add(x, x) y = Relu(a) }";
constexpr const char* kTwiceAndMore =
    "g (float[1,3] x, float[1] e = {0.25}) => (float[1,3] y) { a = Add(x, x) b = Add(a, e) y = Relu(b) }";

TEST(CompareModels, OutputsAndStepsOfEqualName) {
  const Comparison result =
      compare_models(model_from(kTwice), model_from(kTwiceAndMore), inputs_of(f32({2, 3}, {1, 2, 3, -4, -5, 4})));
  EXPECT_THAT(names(result), ElementsAre("a", "y", "exit 0: y"));
  EXPECT_EQ(result.steps[0].difference.max_abs, 0);
  EXPECT_EQ(result.steps[1].difference.max_abs, 0.25);
  EXPECT_EQ(result.first_past, 1);
  EXPECT_EQ(result.worst, 1);
  EXPECT_FALSE(result.steps[0].difference.past);
}

TEST(CompareModels, ADifferenceOfTheToleranceIsNone) {
  CompareOptions options;
  options.tolerance = 0.25;
  EXPECT_EQ(compare_models(model_from(kTwice), model_from(kTwiceAndMore), inputs_of(f32({1, 3}, {1, 2, 3})), options)
                .first_past,
            -1);
}

TEST(CompareModels, PicturesAreTurnedForAModelOfTheOtherOrder) {
  const Model nchw = model_from("g (float[1,2,3,4] x) => (float[] y) { y = Neg(x) }");
  const Model nhwc =
      model_from("g (float[1,3,4,2] x) => (float[] y) { t = Transpose<perm = [0, 3, 1, 2]>(x) y = Neg(t) }");
  const Comparison result = compare_models(nchw, nhwc, random_samples(nchw, 2));
  EXPECT_EQ(names(result).back(), "exit 0: y");
  EXPECT_EQ(result.steps.back().difference.max_abs, 0);
  const Comparison back = compare_models(nhwc, nchw, random_samples(nhwc, 2));
  EXPECT_EQ(back.steps.back().difference.max_abs, 0);
}

TEST(CompareModels, ThatCannotBeComparedAreAnError) {
  const Model three = model_from(kTwice);
  const Model four = model_from("g (float[1,4] x) => (float[1,4] y) { y = Relu(x) }");
  const Model sum = model_from("g (float[1,3] x) => (float[] y) { y = ReduceSum(x) }");
  expect_error(ErrorCode::shape, "input 'x' is [1,3]; [1,4] is needed",
               [&] { compare_models(three, four, random_samples(three, 1)); });
  expect_error(ErrorCode::argument, "no output of", [&] { compare_models(three, sum, random_samples(three, 1)); });
}

TEST(CompareModels, WithAnotherNumberOfExitsTheLastOnesCount) {
  const Model early = digits();
  const Comparison result = compare_models(early, digits("lenet_digits_plain.onnx"), random_samples(early, 1));
  EXPECT_EQ(names(result).back(), "exit 1: prediction");
  EXPECT_EQ(result.other_exits, 0);
}

/// A graph that adds `number` to x.
Graph adding(const std::string& number) {
  return parse_graph(fmt::format(
      "input %x f32[1,2] \"x\"\nconst %c f32[1] = {{{}}}\n%y = Add(%x, %c)\noutput \"y\"\nexit(%y)", number));
}

TEST(Bisect, FindsTheFirstPassThatChangesTheOutputs) {
  const std::vector<PassStage> stages = {
      {"good", 1, 1, adding("1")}, {"bad", 4, 2, adding("1.5")}, {"later", 5, 1, adding("1.5")}};
  const Bisection result = bisect_stages(adding("1"), stages, inputs_of(f32({1, 2}, {1, 2})), {});
  ASSERT_EQ(result.passes.size(), 2U) << "nothing is run after it";
  EXPECT_EQ(result.first_past, 1);
  EXPECT_EQ(result.passes[1].pass, "bad");
  EXPECT_EQ(result.passes[1].limit, 4);
  EXPECT_EQ(result.passes[1].difference.max_abs, 0.5);
  EXPECT_EQ(result.passes[0].difference.max_abs, 0);
}

TEST(Bisect, OfAModelListsThePassesThatRewroteSomething) {
  const Model model = digits();
  const Bisection result = bisect_passes(model, random_samples(model, 1), {});
  EXPECT_EQ(result.first_past, -1);
  ASSERT_FALSE(result.passes.empty());
  int limit = 0;
  for (const PassDifference& pass : result.passes) {
    EXPECT_GT(pass.rewrites, 0);
    EXPECT_GT(pass.limit, limit);
    limit = pass.limit;
  }
}

/// What a run that is forced to each exit gives.
TEST(Tracer, GivesWhatEachExitGives) {
  const Model model = digits();
  const std::vector<Tensor> inputs = random_samples(model, 2);
  for (const std::string backend : {"cpu", "ref"}) {
    const Plan plan = Plan::build(model, {backend});
    Tracer tracer(plan.data());
    Session session(plan, {2});
    for (std::int64_t i = 0; i < 2; ++i) {
      const Trace trace = tracer.run(inputs, i);
      ASSERT_EQ(trace.outputs.size(), 2U);
      for (int exit = 0; exit < 2; ++exit) {
        session.force_exit(exit);
        const Results& results = session.run(inputs[0].view());
        const TensorView wanted = results.output(i, 0);
        const Tensor& got = trace.outputs[static_cast<std::size_t>(exit)][0];
        ASSERT_EQ(got.type(), wanted.type);
        EXPECT_EQ(std::memcmp(got.view().data, wanted.data, got.bytes()), 0) << backend << " exit " << exit;
      }
      session.force_exit(std::nullopt);
      EXPECT_EQ(session.run(inputs[0].view()).exit(i), trace.exit);
    }
  }
}

}  // namespace

}  // namespace exeunt
