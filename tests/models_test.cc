#include <exeunt/session.h>
#include <exeunt/tools/arrays.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/evaluate.h>
#include <exeunt/tools/inspect.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "support/shared.h"

/// Whole models against the answers of ONNX Runtime, through the public API.
namespace exeunt {

namespace {

namespace fs = std::filesystem;

struct ModelCase {
  std::string name;
  std::string backend;
  std::int64_t samples = 0;
};

void PrintTo(const ModelCase& c, std::ostream* out) { *out << c.name << " on " << c.backend; }

std::string name_of(const ::testing::TestParamInfo<ModelCase>& info) {
  return info.param.name + "_" + info.param.backend;
}

/// A model, its data and what it should answer.
struct Trial {
  Plan plan;
  Arrays expected;
  Evaluation got;
};

/// Runs the first samples of `source` through a model.
Trial run_trial(const fs::path& model, const fs::path& expected, const std::string& source, const ModelCase& c) {
  const Plan plan = Plan::build(Model::load(model), {.backend = c.backend});
  SampleFormat format;
  format.sample = plan.inputs().front().type;
  format.sample.shape = Shape(format.sample.shape.dims().subspan(1));
  const Dataset data = Dataset::open(source, format, c.samples);
  Session session(plan);
  return {plan, read_npz(expected), evaluate(session, data)};
}

Trial run_cifar10(const ModelCase& c) {
  const fs::path shared = *shared_folder();
  return run_trial(shared / "models" / (c.name + ".onnx"), shared / "models" / "expected" / (c.name + ".npz"),
                   "cifar10:" + (shared / "data" / "cifar10").string(), c);
}

std::vector<float> row(const Tensor& array, std::int64_t i) {
  const auto width = static_cast<std::size_t>(array.shape()[1]);
  const auto values = array.span<float>().subspan(static_cast<std::size_t>(i) * width, width);
  return {values.begin(), values.end()};
}

/// Whether some decision of sample `i` is so close that rounding may take it either way.
bool is_on_the_edge(const Trial& trial, std::int64_t i) {
  constexpr float kEdge = 1e-4F;
  const std::vector<float> scores = row(trial.expected.at("score"), i);
  for (std::size_t d = 0; d < scores.size(); ++d) {
    if (std::abs(scores[d] - trial.plan.decisions()[d].threshold) < kEdge) return true;
  }
  return false;
}

void expect_same_top1(const Trial& trial, double share) {
  std::int64_t same = 0;
  for (std::int64_t i = 0; i < trial.got.samples; ++i) {
    const auto s = static_cast<std::size_t>(i);
    same += trial.got.by_sample.at("top1").span<std::int32_t>()[s] == trial.expected.at("top1").span<std::uint8_t>()[s];
  }
  EXPECT_GE(static_cast<double>(same), share * static_cast<double>(trial.got.samples));
}

void expect_same_probabilities(const Trial& trial, std::int64_t i) {
  constexpr float kTolerance = 1e-4F;
  const std::vector<float> got = row(trial.got.by_sample.at("probabilities"), i);
  const std::vector<float> wanted = row(trial.expected.at("probabilities"), i);
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t k = 0; k < got.size(); ++k) ASSERT_NEAR(got[k], wanted[k], kTolerance) << "sample " << i;
}

/// Exits, scores, probabilities and classes, sample by sample.
void expect_same_answers(const Trial& trial, std::int64_t samples) {
  ASSERT_EQ(trial.got.samples, samples);
  std::int64_t compared = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    if (is_on_the_edge(trial, i)) continue;
    ++compared;
    const auto s = static_cast<std::size_t>(i);
    ASSERT_EQ(trial.got.by_sample.at("exit").span<std::int8_t>()[s], trial.expected.at("exit").span<std::int8_t>()[s])
        << "sample " << i;
    ASSERT_EQ(trial.got.by_sample.at("top1").span<std::int32_t>()[s], trial.expected.at("top1").span<std::uint8_t>()[s])
        << "sample " << i;
    ASSERT_NO_FATAL_FAILURE(expect_same_probabilities(trial, i));
  }
  EXPECT_GE(compared, samples - 6) << "scores on the edge are rare";
}

void expect_tight_arena(const Plan& plan) {
  EXPECT_GE(plan.arena_bytes(), plan.peak_live_bytes());
  EXPECT_LE(static_cast<double>(plan.arena_bytes()), 1.05 * static_cast<double>(plan.peak_live_bytes()));
}

class SharedModel : public ::testing::TestWithParam<ModelCase> {
 protected:
  void SetUp() override {
    if (!shared_folder())
      GTEST_SKIP() << "NOT TESTED: there is no folder of shared models (see tests/support/shared.h)";
  }
};

class EarlyExitModel : public SharedModel {};

TEST_P(EarlyExitModel, AnswersAsOnnxRuntime) {
  const Trial trial = run_cifar10(GetParam());
  EXPECT_FALSE(trial.plan.decisions().empty());
  expect_same_answers(trial, GetParam().samples);
  expect_tight_arena(trial.plan);
}

class PlainModel : public SharedModel {};

TEST_P(PlainModel, GivesTheClassOfOnnxRuntime) {
  const Trial trial = run_cifar10(GetParam());
  EXPECT_TRUE(trial.plan.decisions().empty());
  expect_same_top1(trial, 0.995);
  for (std::int64_t i = 0; i < trial.got.samples; ++i) ASSERT_NO_FATAL_FAILURE(expect_same_probabilities(trial, i));
  expect_tight_arena(trial.plan);
}

/// Rounding to 8 bits magnifies the last bit of a sum, so the probabilities may differ.
class QuantizedModel : public SharedModel {};

TEST_P(QuantizedModel, GivesTheClassOfOnnxRuntime) {
  const Trial trial = run_cifar10(GetParam());
  EXPECT_EQ(trial.got.samples, GetParam().samples);
  expect_same_top1(trial, 0.995);
  expect_tight_arena(trial.plan);
}

TEST_P(QuantizedModel, ConvolvesIntegers) {
  const fs::path file = *shared_folder() / "models" / (GetParam().name + ".onnx");
  const Inspection inspection = inspect(Model::load(file), {.optimization_level = 0});
  const auto steps_of = [&](std::string_view op) {
    return std::ranges::count_if(inspection.steps, [&](const StepInfo& step) { return step.op == op; });
  };
  EXPECT_GE(steps_of("QuantizedConv"), 5);
  EXPECT_EQ(steps_of("Conv"), 0);
}

std::vector<ModelCase> early_exit_models() {
  std::vector<ModelCase> cases;
  for (const std::string name :
       {"resnet8_single_tflite", "resnet8_two_tflite", "resnet8_two_tflite_unfolded", "resnet8_flag_tflite",
        "resnet8_two_torch", "resnet8_flag_torchscript", "resnet56_two_torch", "resnet56_torchscript",
        "resnet56_three_torch", "alexnet_two_torch", "alexnet_torchscript"}) {
    cases.push_back({name, "cpu", 500});
    cases.push_back({name, "ref", name.starts_with("resnet8") ? 10 : 5});
  }
  return cases;
}

std::vector<ModelCase> on_cpu(std::initializer_list<const char*> names, std::int64_t samples) {
  std::vector<ModelCase> cases;
  for (const char* name : names) cases.push_back({name, "cpu", samples});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Models, EarlyExitModel, ::testing::ValuesIn(early_exit_models()), name_of);
INSTANTIATE_TEST_SUITE_P(
    Models, PlainModel,
    ::testing::ValuesIn(on_cpu({"resnet8_tflite", "resnet8_traced_frozen", "resnet56_torch", "alexnet_torch"}, 500)),
    name_of);
INSTANTIATE_TEST_SUITE_P(
    Models, QuantizedModel,
    ::testing::ValuesIn(on_cpu({"resnet8_qdq_ort", "resnet8_qdq_tflite", "resnet56_qdq_ort", "alexnet_qdq_ort"}, 1000)),
    name_of);

/// The model that is part of this repository.
class Digits : public ::testing::TestWithParam<std::string> {
 protected:
  static Trial run(const std::string& model) {
    const fs::path folder = fs::path(EXEUNT_SOURCE_DIR) / "models" / "digits";
    return run_trial(folder / model, folder / "expected.npz", "npz:" + (folder / "digits_test.npz").string(),
                     {model, GetParam(), 600});
  }
};

TEST_P(Digits, AnswersAsOnnxRuntime) {
  const Trial trial = run("lenet_digits.onnx");
  expect_same_answers(trial, 600);
  expect_tight_arena(trial.plan);
  EXPECT_EQ(trial.got.exits.at(0).samples, 565);
  EXPECT_EQ(trial.got.exits.at(1).samples, 35);
  EXPECT_NEAR(trial.got.accuracy.value(), 0.985, 1e-9);
}

TEST_P(Digits, PlainModelIsAsGood) {
  const Trial trial = run("lenet_digits_plain.onnx");
  ASSERT_EQ(trial.got.samples, 600);
  EXPECT_EQ(trial.got.exits.size(), 1U);
  EXPECT_NEAR(trial.got.accuracy.value(), 0.985, 1e-9);
  expect_tight_arena(trial.plan);
}

TEST_P(Digits, LateExitIsThePlainModel) {
  const fs::path folder = fs::path(EXEUNT_SOURCE_DIR) / "models" / "digits";
  // Timing may pick other kernels for equal layers, which round otherwise.
  const BuildOptions options{.backend = GetParam(), .optimization_level = 0};
  const Plan early = Plan::build(Model::load(folder / "lenet_digits.onnx"), options);
  const Plan plain = Plan::build(Model::load(folder / "lenet_digits_plain.onnx"), options);
  Session forced(early);
  forced.force_exit(1);
  Session whole(plain);
  const Dataset data = Dataset::open("npz:" + (folder / "digits_test.npz").string(),
                                     {.sample = {DType::f32, Shape{1, 8, 8}}, .layout = {}}, 50);
  Tensor sample(early.inputs().front().type);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    data.read(i, 1, sample.mutable_view());
    const TensorView a = forced.run(sample.view()).output(0, 0);
    const TensorView b = whole.run(sample.view()).output(0, 0);
    ASSERT_TRUE(std::ranges::equal(a.span<float>(), b.span<float>())) << "sample " << i;
  }
}

/// Runs rows of x, in this order, as one batch and expects the answers of `alone`, each of one row.
void expect_batch_as_alone(const Plan& plan, const Tensor& x, const std::vector<std::size_t>& order,
                           const std::vector<std::pair<int, std::vector<float>>>& alone) {
  const std::size_t row_bytes = x.bytes() / order.size();
  Tensor batch(x.type());
  for (std::size_t i = 0; i < order.size(); ++i)
    std::copy_n(x.view().data + order[i] * row_bytes, row_bytes, batch.mutable_view().data + i * row_bytes);
  Session session(plan, {.max_batch = static_cast<std::int64_t>(order.size())});
  const Results& results = session.run(batch.view());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& [exit, answer] = alone[order[i]];
    const auto row = static_cast<std::int64_t>(i);
    ASSERT_EQ(results.exit(row), exit) << "sample " << i;
    ASSERT_TRUE(std::ranges::equal(results.output(row).span<float>(), answer)) << "sample " << i;
  }
}

TEST_P(Digits, ABatchOf256AnswersAsOneByOneInAnyOrder) {
  constexpr std::size_t kSamples = 256;
  const fs::path folder = fs::path(EXEUNT_SOURCE_DIR) / "models" / "digits";
  const Plan plan = Plan::build(Model::load(folder / "lenet_digits.onnx"), {.backend = GetParam()});
  const Dataset data = Dataset::open("npz:" + (folder / "digits_test.npz").string(),
                                     {.sample = {DType::f32, Shape{1, 8, 8}}, .layout = {}}, kSamples);
  Tensor x({DType::f32, {kSamples, 1, 8, 8}});
  data.read(0, kSamples, x.mutable_view());
  Session single(plan);
  std::vector<std::pair<int, std::vector<float>>> alone;
  std::vector<std::size_t> order(kSamples);
  for (std::size_t i = 0; i < kSamples; ++i) {
    order[i] = i;
    const Results& results = single.run(TensorView{x.view().data + i * 64 * sizeof(float), {DType::f32, {1, 1, 8, 8}}});
    const auto answer = results.output(0).span<float>();
    alone.push_back({results.exit(0), {answer.begin(), answer.end()}});
  }
  ASSERT_GT(std::ranges::count_if(alone, [](const auto& a) { return a.first == 1; }), 0) << "some take the late exit";
  expect_batch_as_alone(plan, x, order, alone);
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  expect_batch_as_alone(plan, x, order, alone);
}

INSTANTIATE_TEST_SUITE_P(Backends, Digits, ::testing::Values("cpu", "ref"),
                         [](const auto& backend) { return backend.param; });

}  // namespace

}  // namespace exeunt
