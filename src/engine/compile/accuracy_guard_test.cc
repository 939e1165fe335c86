#include "engine/compile/accuracy_guard.h"

#include <exeunt/session.h>
#include <exeunt/tools/arrays.h>
#include <exeunt/tools/calibrate.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/expect_error.h"
#include "support/models.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Model model_named(const std::string& graph, const std::vector<std::string>& names) {
  const TempDir folder;
  onnx::ModelProto proto = model_of(graph);
  for (std::size_t i = 0; i < names.size(); ++i)
    proto.mutable_graph()->mutable_node(static_cast<int>(i))->set_name(names[i]);
  return Model::load(folder.write("model.onnx", proto.SerializeAsString()));
}

/// Two classes by two channels. `wide` makes a third one a thousand times as large, which nobody needs; the scale of
/// bytes that holds it leaves nothing of the others for `narrow`, which reads them.
const Model& with_outlier() {
  static const Model model = model_named(R"(g (float[1,2,4,4] x, float[2,2,1,1] w0 = {1, 0.5, 0.25, 1},
    float[3,2,1,1] w1 = {1, 0, 0, 1, 1000, 0}, float[2,3,1,1] w2 = {1, -0.5, 0, -0.5, 1, 0},
    float[2,2,1,1] w3 = {3, 0, 0, 3}) => (float[1,2] y) {
      a = Conv(x, w0)
      ra = Relu(a)
      b = Conv(ra, w1)
      rb = Relu(b)
      c = Conv(rb, w2)
      rc = Relu(c)
      d = Conv(rc, w3)
      p = GlobalAveragePool(d)
      f = Flatten(p)
      y = Softmax(f)
    })",
                                         {"", "first", "", "wide", "", "narrow", "last"});
  return model;
}

/// Pictures of which one channel or the other is the brighter one.
Dataset two_channels(std::int64_t samples) {
  const TempDir folder;
  TensorType type{DType::f32, {samples, 2, 4, 4}};
  Tensor x(type);
  std::uint32_t state = 1;
  std::size_t at = 0;
  for (float& value : x.mutable_span<float>()) {
    state = state * 1664525 + 1013904223;
    const bool brighter = (at / 32 + at / 16) % 2 == 0;
    value = static_cast<float>(state >> 8) / 16777216.0F + (brighter ? 1.0F : 0.0F);
    ++at;
  }
  Arrays arrays;
  arrays.emplace("x", std::move(x));
  write_npz(folder / "x.npz", arrays);
  return Dataset::open("npz:" + (folder / "x.npz").string(),
                       {.sample = {DType::f32, Shape{2, 4, 4}}, .layout = ImageLayout::chw});
}

/// int8 wherever it can be, kernels picked by rules.
BuildOptions strict_int8(const Model& model, const Dataset& data) {
  BuildOptions options{.optimization_level = 0, .precision = "int8", .strict = true};
  options.calibration = std::make_shared<const Calibration>(calibrate(model, data));
  options.accuracy.samples = std::make_shared<const Dataset>(data);
  return options;
}

std::vector<std::string> steps_in_f32(const Plan& plan) {
  std::vector<std::string> names;
  for (const Step& step : plan.data()->steps) {
    const bool is_product = step.op == "Conv" || step.op == "Gemm";
    if (is_product && step.kernel.find("bf16") == std::string::npos) names.push_back(step.name);
  }
  return names;
}

Dataset digits_data() {
  return Dataset::open("npz:" + digits_file("digits_train.npz").string(),
                       {.sample = {DType::f32, Shape{1, 8, 8}}, .layout = {}}, 200);
}

/// What a program would see: exit and scores of each sample by the decisions, or at one exit.
struct AnswersBySample {
  std::vector<int> exits;
  std::vector<std::vector<float>> scores;
};

AnswersBySample answers_by(const Plan& plan, const Dataset& data, int exit = -1) {
  Session session(plan);
  if (exit >= 0) session.force_exit(exit);
  Tensor sample(plan.inputs().front().type);
  AnswersBySample answers;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    data.read(i, 1, sample.mutable_view());
    const Results& results = session.run(sample.view());
    const auto scores = results.output(0).span<float>();
    answers.exits.push_back(results.exit(0));
    answers.scores.emplace_back(scores.begin(), scores.end());
  }
  return answers;
}

double agreement_of(const Plan& plan, const Plan& floats, const Dataset& data) {
  const AnswersBySample ours = answers_by(plan, data);
  const AnswersBySample theirs = answers_by(floats, data);
  const auto top = [](const std::vector<float>& scores) { return std::ranges::max_element(scores) - scores.begin(); };
  double agreeing = 0;
  for (std::size_t i = 0; i < ours.exits.size(); ++i)
    agreeing += ours.exits[i] == theirs.exits[i] && top(ours.scores[i]) == top(theirs.scores[i]) ? 1 : 0;
  return agreeing / static_cast<double>(ours.exits.size());
}

double error_of(const Plan& plan, const Plan& floats, const Dataset& data) {
  double worst = 0;
  for (int exit = 0; exit < static_cast<int>(plan.exits().size()); ++exit) {
    const AnswersBySample ours = answers_by(plan, data, exit);
    const AnswersBySample theirs = answers_by(floats, data, exit);
    double apart = 0;
    double size = 0;
    for (std::size_t i = 0; i < ours.scores.size(); ++i) {
      for (std::size_t k = 0; k < ours.scores[i].size(); ++k) {
        apart = std::max(apart, static_cast<double>(std::abs(ours.scores[i][k] - theirs.scores[i][k])));
        size = std::max(size, static_cast<double>(std::abs(theirs.scores[i][k])));
      }
    }
    worst = std::max(worst, apart / size);
  }
  return worst;
}

TEST(AccuracyGuard, TheLayerThatHurtsStaysInF32AndIsNamed) {
  const Dataset data = two_channels(100);
  const Plan floats = Plan::build(with_outlier(), {.optimization_level = 0});
  BuildOptions options = strict_int8(with_outlier(), data);
  options.accuracy.min_agreement = 0.99;
  const Plan plan = Plan::build(with_outlier(), options);
  EXPECT_THAT(steps_in_f32(plan), ElementsAre("narrow"));
  EXPECT_THAT(plan.notes(),
              ElementsAre(AllOf(HasSubstr("int8: 1 of 4 convolutions and products stay in fp32 for accuracy: 'narrow'"),
                                HasSubstr("agreement 50.00 %")),
                          AllOf(HasSubstr("int8: against fp32 the plan has agreement "), HasSubstr("on 100 samples"))));
  EXPECT_GE(agreement_of(plan, floats, data), 0.99);
}

TEST(AccuracyGuard, AnErrorMayBeBoundedAsWell) {
  const Dataset data = two_channels(100);
  const Plan floats = Plan::build(with_outlier(), {.optimization_level = 0});
  BuildOptions options = strict_int8(with_outlier(), data);
  options.accuracy.max_error = 0.05;
  const Plan plan = Plan::build(with_outlier(), options);
  EXPECT_THAT(steps_in_f32(plan), ElementsAre("narrow"));
  EXPECT_LE(error_of(plan, floats, data), 0.05);
}

TEST(AccuracyGuard, WithoutABoundNothingIsMeasured) {
  const Plan plan = Plan::build(with_outlier(), strict_int8(with_outlier(), two_channels(100)));
  EXPECT_THAT(steps_in_f32(plan), IsEmpty());
  EXPECT_THAT(plan.notes(), IsEmpty());
}

TEST(AccuracyGuard, ABoundThatHoldsChangesNothing) {
  BuildOptions options = strict_int8(with_outlier(), two_channels(100));
  options.accuracy.min_agreement = 0.4;
  const Plan plan = Plan::build(with_outlier(), options);
  EXPECT_THAT(steps_in_f32(plan), IsEmpty());
  EXPECT_THAT(plan.notes(), ElementsAre(HasSubstr("against fp32 the plan has agreement 50.00 %")));
}

TEST(AccuracyGuard, ExitsCountAndAllHeadsDo) {
  const Dataset data = digits_data();
  const Plan floats = Plan::build(digits(), {.optimization_level = 0});
  BuildOptions options = strict_int8(digits(), data);
  const double whole = error_of(Plan::build(digits(), options), floats, data);
  options.accuracy.max_error = whole / 2;
  options.accuracy.min_agreement = 1;
  const Plan plan = Plan::build(digits(), options);
  EXPECT_THAT(steps_in_f32(plan), Not(IsEmpty()));
  EXPECT_THAT(plan.notes(), Contains(HasSubstr("stay in fp32 for accuracy")));
  EXPECT_LE(error_of(plan, floats, data), whole / 2);
  EXPECT_EQ(agreement_of(plan, floats, data), 1);
}

TEST(AccuracyGuard, ItHoldsFor16BitsToo) {
  const Dataset data = digits_data();
  const Plan floats = Plan::build(digits(), {.optimization_level = 0});
  BuildOptions options{.optimization_level = 0, .precision = "bf16", .strict = true};
  options.accuracy.samples = std::make_shared<const Dataset>(data);
  const double whole = error_of(Plan::build(digits(), options), floats, data);
  ASSERT_GT(whole, 0);
  options.accuracy.max_error = whole * 0.9;
  const Plan plan = Plan::build(digits(), options);
  EXPECT_THAT(plan.notes(), Contains(HasSubstr("convolutions and products stay in fp32 for accuracy")));
  EXPECT_THAT(steps_in_f32(plan), Not(IsEmpty()));
  EXPECT_LE(error_of(plan, floats, data), whole * 0.9);
}

TEST(AccuracyGuard, PlansThatCompeteKeepTheBoundToo) {
  const Dataset data = two_channels(100);
  const Plan floats = Plan::build(with_outlier(), {.optimization_level = 0});
  BuildOptions options = strict_int8(with_outlier(), data);
  options.strict = false;
  options.optimization_level = 1;
  options.precision = "best";
  options.accuracy.min_agreement = 0.99;
  const Plan plan = Plan::build(with_outlier(), options);
  EXPECT_THAT(plan.notes(), Contains(HasSubstr("best: against fp32 the plan has agreement")));
  EXPECT_THAT(plan.notes(), Contains(HasSubstr("'narrow'")));
  EXPECT_GE(agreement_of(plan, floats, data), 0.99);
}

TEST(AccuracyGuard, WhereNothingMayLeaveF32ThatIsANoteOrStrictlyAnError) {
  BuildOptions options = strict_int8(with_outlier(), two_channels(20));
  options.accuracy.max_error = 0;
  expect_error(ErrorCode::unsupported, "int8: nothing of this model may leave fp32 within the bounds of accuracy",
               [&] { Plan::build(with_outlier(), options); });
  options.strict = false;
  options.optimization_level = 1;
  const Plan plan = Plan::build(with_outlier(), options);
  EXPECT_EQ(steps_in_f32(plan).size(), 4U);
  EXPECT_THAT(plan.notes(), Contains(HasSubstr("nothing of this model may leave fp32")));
}

TEST(AccuracyGuard, F32NeedsNoGuard) {
  BuildOptions options = strict_int8(with_outlier(), two_channels(20));
  options.precision = "fp32";
  options.accuracy.min_agreement = 1;
  EXPECT_THAT(Plan::build(with_outlier(), options).notes(), IsEmpty());
}

TEST(AccuracyGuard, SoManySamplesAreTakenAsAsked) {
  BuildOptions options = strict_int8(with_outlier(), two_channels(30));
  options.accuracy.min_agreement = 0;
  for (const auto& [limit, taken] : {std::pair{0, "on 30 samples"}, {7, "on 7 samples"}, {1000, "on 30 samples"}}) {
    options.accuracy.limit = limit;
    EXPECT_THAT(Plan::build(with_outlier(), options).notes(), ElementsAre(HasSubstr(taken)));
  }
}

TEST(AccuracyGuard, BoundsThatMakeNoSenseAreErrors) {
  const BuildOptions good = strict_int8(with_outlier(), two_channels(20));
  const auto expect_refused = [&](const std::string& text, const auto& change) {
    BuildOptions options = good;
    change(options.accuracy);
    expect_error(ErrorCode::argument, text, [&] { Plan::build(with_outlier(), options); });
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double share : {-0.1, 1.1, nan})
    expect_refused("give a share from 0 to 1", [&](AccuracyBounds& bounds) { bounds.min_agreement = share; });
  for (const double error : {-1.0, nan})
    expect_refused("give a number from 0 on", [&](AccuracyBounds& bounds) { bounds.max_error = error; });
  expect_refused("measured on samples, which a calibration table does not hold; give them too (--calib SRC)",
                 [](AccuracyBounds& bounds) {
                   bounds.min_agreement = 0.9;
                   bounds.samples = nullptr;
                 });
  expect_refused("there are no samples to measure accuracy on", [](AccuracyBounds& bounds) {
    bounds.max_error = 0.1;
    bounds.samples = std::make_shared<const Dataset>(two_channels(0));
  });
  expect_refused("the limit of samples is -1", [](AccuracyBounds& bounds) {
    bounds.max_error = 0.1;
    bounds.limit = -1;
  });
}

TEST(AccuracyGuard, ModelsThatDecideNothingHaveOnlyErrors) {
  const Model model = model_named(R"(g (float[1,2,4,4] x, float[2,2,1,1] w = {1, 0.5, 0.25, 1}) => (float[1,2,4,4] y) {
      y = Conv(x, w)
    })",
                                  {"only"});
  BuildOptions options = strict_int8(model, two_channels(20));
  options.accuracy.min_agreement = 0.9;
  expect_error(ErrorCode::argument, "neither decisions nor classes", [&] { Plan::build(model, options); });
  options.accuracy.min_agreement.reset();
  options.accuracy.max_error = 0.1;
  EXPECT_THAT(Plan::build(model, options).notes(), ElementsAre(HasSubstr("against fp32 the plan has")));
}

TEST(AccuracyGuard, SamplesHaveToFitTheModel) {
  BuildOptions options = strict_int8(with_outlier(), two_channels(20));
  options.accuracy.min_agreement = 0.9;
  options.accuracy.samples = std::make_shared<const Dataset>(digits_data());
  expect_error(ErrorCode::argument, "the samples are", [&] { Plan::build(with_outlier(), options); });
}

}  // namespace

}  // namespace exeunt
