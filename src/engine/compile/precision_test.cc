#include <exeunt/plan.h>
#include <exeunt/session.h>
#include <exeunt/tools/calibrate.h>
#include <exeunt/tools/compare.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "plan/plan_data.h"
#include "support/expect_error.h"
#include "support/models.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Dataset data_of(const std::string& name, std::int64_t limit) {
  return Dataset::open("npz:" + digits_file(name).string(), {.sample = {DType::f32, Shape{1, 8, 8}}, .layout = {}},
                       limit);
}

const Calibration& digits_calibration() {
  static const Calibration calibration = calibrate(digits(), data_of("digits_train.npz", 128));
  return calibration;
}

/// int8 with the calibration, kernels picked by rules.
BuildOptions int8(Calibration calibration = digits_calibration()) {
  BuildOptions options;
  options.optimization_level = 0;
  options.precision = "int8";
  options.calibration = std::make_shared<const Calibration>(std::move(calibration));
  return options;
}

BuildOptions strictly(BuildOptions options) {
  options.strict = true;
  return options;
}

std::vector<std::string> ops_of(const Plan& plan) {
  std::vector<std::string> ops;
  for (const Step& step : plan.data()->steps) ops.push_back(step.op);
  return ops;
}

bool computes_on_integers(const Plan& plan) {
  const std::vector<std::string> ops = ops_of(plan);
  return std::ranges::find(ops, "QuantizedConv") != ops.end();
}

/// The classes that a plan finds at one exit, -1: where the decisions lead.
std::vector<std::ptrdiff_t> classes(const Plan& plan, int exit) {
  const Dataset data = data_of("digits_test.npz", 600);
  Session session(plan);
  if (exit >= 0) session.force_exit(exit);
  Tensor sample(plan.inputs().front().type);
  std::vector<std::ptrdiff_t> result;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    data.read(i, 1, sample.mutable_view());
    const Results& results = session.run(sample.view());
    const auto scores = results.output(0).span<float>();
    result.push_back(std::ranges::max_element(scores) - scores.begin());
  }
  return result;
}

/// Expects the classes of the plan in f32 for nearly all digits, by any path.
void expect_classes_of_floats(const Plan& plan) {
  static const Plan floats = Plan::build(digits(), {.optimization_level = 0});
  for (const int exit : {-1, 0, 1}) {
    const std::vector<std::ptrdiff_t> wanted = classes(floats, exit);
    const std::vector<std::ptrdiff_t> got = classes(plan, exit);
    const double same = std::inner_product(wanted.begin(), wanted.end(), got.begin(), 0.0, std::plus<>(),
                                           [](auto a, auto b) { return a == b ? 1.0 : 0.0; });
    EXPECT_GE(same / static_cast<double>(wanted.size()), 0.985) << "exit " << exit;
  }
}

TEST(Precision, UnknownOnesAndObjectivesAreErrors) {
  expect_error(ErrorCode::argument, "there is no precision 'int4'; precisions: fp32, bf16, fp16, half, int8, best",
               [] { Plan::build(digits(), {.precision = "int4"}); });
  for (const std::string objective : {"", "all", "-1", "2", "0.5", "1x"}) {
    expect_error(ErrorCode::argument, "cannot optimise for '" + objective + "'; mix, worst, or an exit from 0 to 1",
                 [&] { Plan::build(digits(), {.optimization_level = 0, .optimize_for = objective}); });
  }
}

TEST(Precision, F32TakesNoIntegersAndNotesNothing) {
  BuildOptions options = int8();
  options.precision = "fp32";
  const Plan plan = Plan::build(digits(), options);
  EXPECT_EQ(plan.precision(), "fp32");
  EXPECT_THAT(plan.notes(), IsEmpty());
  EXPECT_FALSE(computes_on_integers(plan));
}

TEST(Precision, Int8NeedsRanges) {
  const BuildOptions options{.optimization_level = 0, .precision = "int8"};
  const Plan plan = Plan::build(digits(), options);
  EXPECT_THAT(plan.notes(), ElementsAre(HasSubstr("int8: needs the ranges of values")));
  EXPECT_FALSE(computes_on_integers(plan));
  expect_error(ErrorCode::unsupported, "int8: needs the ranges of values",
               [&] { Plan::build(digits(), strictly(options)); });
}

TEST(Precision, RangesThatAreMissingAreNamed) {
  Calibration calibration = digits_calibration();
  calibration.ranges.erase("image");
  const Plan plan = Plan::build(digits(), strictly(int8(calibration)));
  EXPECT_THAT(plan.notes(), ElementsAre(HasSubstr("stays in fp32: no range of 'image' in the calibration")));
  EXPECT_THAT(ops_of(plan), Contains("Conv"));
  EXPECT_TRUE(computes_on_integers(plan)) << "the others";
  calibration.ranges.clear();
  EXPECT_FALSE(computes_on_integers(Plan::build(digits(), int8(calibration))));
  expect_error(ErrorCode::unsupported, "no node of this model can compute on integers with this calibration",
               [&] { Plan::build(digits(), strictly(int8(calibration))); });
}

TEST(Precision, StrictInt8PutsAllThatCanOnIntegers) {
  const Plan plan = Plan::build(digits(), strictly(int8()));
  EXPECT_EQ(plan.precision(), "int8");
  EXPECT_THAT(plan.notes(), IsEmpty());
  EXPECT_TRUE(computes_on_integers(plan));
  EXPECT_THAT(ops_of(plan), Not(Contains("Conv")));
  EXPECT_THAT(ops_of(plan), Not(Contains("Gemm")));
  EXPECT_EQ(plan.exits().size(), 2U);
  EXPECT_EQ(plan.decisions().size(), 1U);
  expect_classes_of_floats(plan);
}

TEST(Precision, IntegersAnswerAsOneByOneInBatchesAndFromAFile) {
  constexpr std::int64_t kSamples = 64;
  const TempDir folder;
  const Plan plan = Plan::build(digits(), strictly(int8()));
  plan.save(folder / "int8.plan");
  const Plan loaded = Plan::load(folder / "int8.plan");
  EXPECT_EQ(loaded.precision(), "int8");
  Tensor x({DType::f32, {kSamples, 1, 8, 8}});
  data_of("digits_test.npz", kSamples).read(0, kSamples, x.mutable_view());
  Session single(plan);
  Session batched(loaded, {.max_batch = kSamples});
  const Results& all = batched.run(x.view());
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const std::size_t at = static_cast<std::size_t>(i) * 64 * sizeof(float);
    const Results& one = single.run(TensorView{x.view().data + at, {DType::f32, {1, 1, 8, 8}}});
    ASSERT_EQ(all.exit(i), one.exit(0)) << "sample " << i;
    ASSERT_TRUE(std::ranges::equal(all.output(i).span<float>(), one.output(0).span<float>())) << "sample " << i;
  }
}

TEST(Precision, WithoutTimingIntegersAreTakenWhereTheyAreKnownToBeFast) {
  const Plan plan = Plan::build(digits(), int8());
  if (computes_on_integers(plan)) {
    EXPECT_THAT(plan.notes(), IsEmpty());
  } else {
    EXPECT_THAT(plan.notes(), ElementsAre(HasSubstr("int8: without timing, fp32 is taken")));
  }
  expect_classes_of_floats(plan);
}

TEST(Precision, ThePlanThatIsTakenIsNotedAndAnswersAsFloats) {
  for (const std::string precision : {"int8", "best"}) {
    for (const std::string objective : {"mix", "worst", "1"}) {
      BuildOptions options = int8();
      options.precision = precision;
      options.optimization_level = 1;
      options.optimize_for = objective;
      const Plan plan = Plan::build(digits(), options);
      EXPECT_EQ(plan.precision(), precision);
      // With all types allowed, they may have 16-bit weights instead.
      const std::string how =
          precision == "best" ? "convolutions and products on " : "convolutions and products on integers";
      EXPECT_THAT(plan.notes(), Contains(::testing::AllOf(HasSubstr(how), HasSubstr("objective " + objective),
                                                          HasSubstr("int8 "), HasSubstr("taken "))));
      expect_classes_of_floats(plan);
    }
  }
}

TEST(Precision, ATimingCacheAnswersWhichPlanIsFastest) {
  const TempDir folder;
  BuildOptions options = int8();
  options.optimization_level = 1;
  options.timing_cache = folder / "times.json";
  Plan::build(digits(), options).save(folder / "first.plan");
  const std::string times = content_of(folder / "times.json");
  Plan::build(digits(), options).save(folder / "second.plan");
  EXPECT_TRUE(content_of(folder / "second.plan") == content_of(folder / "first.plan"));
  EXPECT_EQ(content_of(folder / "times.json"), times) << "something was timed again";
}

TEST(Precision, OtherSharesOfExitsAreAnotherQuestionToTheCache) {
  const TempDir folder;
  for (const auto& [first, second] : {std::pair{0.25, 0.75}, std::pair{0.75, 0.25}}) {
    Calibration calibration = digits_calibration();
    calibration.exit_shares = {first, second};
    BuildOptions options = int8(calibration);
    options.optimization_level = 1;
    options.timing_cache = folder / "times.json";
    Plan::build(digits(), options);
  }
  const auto json = nlohmann::json::parse(content_of(folder / "times.json"));
  int choices = 0;
  for (const auto& [key, entry] : json.at("steps").items()) choices += key.starts_with("plans ") ? 1 : 0;
  EXPECT_EQ(choices, 2);
}

TEST(Precision, IntegersAreComparedWithTheReferenceInF32) {
  const std::vector<Tensor> inputs = random_samples(digits(), 2);
  CompareOptions options;
  options.build = strictly(int8());
  const Comparison result = compare_backends(digits(), inputs, options);
  std::vector<std::string> outputs;
  for (const StepDifference& step : result.steps) {
    if (step.op == "output") outputs.push_back(step.name);
  }
  EXPECT_THAT(outputs, ElementsAre("exit 0: prediction", "exit 0: exit", "exit 1: prediction", "exit 1: exit"));
}

/// What comes quantised stays so, whatever is asked for.
TEST(Precision, QuantisedModelsNeedNoCalibration) {
  const TempDir folder;
  const Model model = Model::load(folder.write("model.onnx", model_of(R"(g (float[1,1,4,4] x, float sx = {0.5},
    uint8 zx = {3}, int8[1,1,2,2] w = {1, 2, 3, -4}, float sw = {0.25}, float sy = {0.5}, uint8 zy = {9})
    => (float[1,1,3,3] y) {
      qx = QuantizeLinear(x, sx, zx)
      dx = DequantizeLinear(qx, sx, zx)
      dw = DequantizeLinear(w, sw)
      c = Conv(dx, dw)
      qc = QuantizeLinear(c, sy, zy)
      y = DequantizeLinear(qc, sy, zy)
    })")
                                                                 .SerializeAsString()));
  for (const std::string precision : {"fp32", "int8"}) {
    const Plan plan = Plan::build(model, strictly({.optimization_level = 0, .precision = precision}));
    EXPECT_TRUE(computes_on_integers(plan));
    EXPECT_THAT(plan.notes(), IsEmpty());
  }
}

}  // namespace

}  // namespace exeunt
