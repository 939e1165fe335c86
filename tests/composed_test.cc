#include <exeunt/session.h>
#include <exeunt/tools/arrays.h>
#include <exeunt/tools/compare.h>
#include <exeunt/tools/compose.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/evaluate.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/shared.h"
#include "support/temp_dir.h"

/// Models that compose made, against ONNX Runtime's answers to the same files.
namespace exeunt {

namespace {

namespace fs = std::filesystem;
using Role = ComposePart::Role;
using testing::TempDir;

Evaluation evaluated(const fs::path& model, const std::string& source, std::int64_t samples,
                     const BuildOptions& options = {}) {
  const Plan plan = Plan::build(Model::load(model), options);
  SampleFormat format;
  format.sample = plan.inputs().front().type;
  format.sample.shape = Shape(format.sample.shape.dims().subspan(1));
  const Dataset data = Dataset::open(source, format, samples);
  Session session(plan);
  return evaluate(session, data);
}

// --- The digits' network in five files; tests/composed/make.py made them and ran the result.

const fs::path kFolder = fs::path(EXEUNT_SOURCE_DIR) / "tests" / "composed";

struct Rule {
  std::string name;
  std::vector<ExitSettings> settings;
};

void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }

std::vector<ComposePart> digits_parts() {
  return {{Role::common, kFolder / "common.onnx"},
          {Role::exit, kFolder / "branch1.onnx"},
          {Role::then, kFolder / "second.onnx"},
          {Role::exit, kFolder / "branch2.onnx"},
          {Role::exit, kFolder / "rest.onnx"}};
}

/// The answers of a rule: each sample's exit, and what its head says there.
Arrays expected_answers(const std::string& rule) {
  const Arrays all = read_npz(kFolder / "expected.npz");
  const Tensor& heads = all.at("heads");
  const std::span<const std::int8_t> exits = all.at("exit_" + rule).span<std::int8_t>();
  const auto samples = static_cast<std::int64_t>(exits.size());
  Tensor probabilities(TensorType{DType::f32, Shape{samples, 10}});
  for (std::size_t i = 0; i < exits.size(); ++i) {
    const auto head = static_cast<std::size_t>(exits[i]);
    std::ranges::copy(heads.span<float>().subspan((head * exits.size() + i) * 10, 10),
                      probabilities.mutable_span<float>().begin() + static_cast<std::ptrdiff_t>(i * 10));
  }
  Arrays answers;
  answers.emplace("exit", all.at("exit_" + rule).clone());
  answers.emplace("probabilities", std::move(probabilities));
  return answers;
}

void expect_same(const Evaluation& got, const Arrays& expected, std::int64_t samples, std::vector<float> thresholds) {
  const Comparison result = compare_answers(got.by_sample, expected, thresholds);
  EXPECT_EQ(result.samples, samples);
  EXPECT_EQ(result.other_exits, result.close_calls);
  EXPECT_EQ(result.first_past, -1) << result.steps.at(static_cast<std::size_t>(std::max(result.first_past, 0))).name;
}

class ComposedDigits : public ::testing::TestWithParam<Rule> {};

TEST_P(ComposedDigits, AnswerAsOnnxRuntime) {
  const TempDir folder;
  compose_parts(digits_parts(), {.settings = GetParam().settings}, folder / "early.onnx");
  const std::string data = "npz:" + (fs::path(EXEUNT_SOURCE_DIR) / "models/digits/digits_test.npz").string();
  for (const char* backend : {"cpu", "ref"}) {
    SCOPED_TRACE(backend);
    const Evaluation got = evaluated(folder / "early.onnx", data, 200, {.backend = backend, .optimization_level = 0});
    expect_same(got, expected_answers(GetParam().name), 200, {});
  }
}

std::vector<Rule> rules() {
  using enum CriterionKind;
  return {{"max_prob", {{max_prob, 0.8F}}},
          {"max_prob_cool", {{max_prob, 0.9F, 0.5F}, {max_prob, 0.6F, 0.5F}}},
          {"margin", {{margin, 0.85F}, {margin, 0.4F}}},
          {"margin_warm", {{margin, 0.6F, 1.5F}, {margin, 0.15F, 1.5F}}},
          {"entropy", {{entropy, 0.85F}, {entropy, 0.3F}}},
          {"entropy_warm", {{entropy, 0.6F, 1.5F}, {entropy, 0.1F, 1.5F}}},
          {"patience", {{patience, 1}}},
          {"mixed", {{margin, 0.95F}, {patience, 1}}}};
}

INSTANTIATE_TEST_SUITE_P(Rules, ComposedDigits, ::testing::ValuesIn(rules()),
                         [](const auto& rule) { return rule.param.name; });

TEST(ComposedDemo, HeadsOfTheDemoModelGiveItsAnswers) {
  const TempDir folder;
  const fs::path digits = fs::path(EXEUNT_SOURCE_DIR) / "models" / "digits";
  const Composition flat = flatten_exits(digits / "lenet_digits.onnx", folder / "flat.onnx");
  compose_heads(folder / "flat.onnx", flat.outputs, {.settings = {{.threshold = 0.8F}}}, folder / "early.onnx");
  const Evaluation got = evaluated(folder / "early.onnx", "npz:" + (digits / "digits_test.npz").string(), 600);
  expect_same(got, read_npz(digits / "expected.npz"), 600, {0.8F});
  EXPECT_EQ(got.exits.at(0).samples, 565);
}

// --- The ResNet8 of the forum thread, exported apart and with two heads.

class ComposedResNet8 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!shared_folder())
      GTEST_SKIP() << "NOT TESTED: there is no folder of shared models (see tests/support/shared.h)";
  }
  /// The model that was exported with its conditional answers the same.
  static void expect_answers_of_tflite(const fs::path& model) {
    const fs::path shared = *shared_folder();
    const Evaluation got = evaluated(model, "cifar10:" + (shared / "data/cifar10").string(), 1000);
    expect_same(got, read_npz(shared / "models/expected/resnet8_two_tflite.npz"), 1000, {0.9F});
    EXPECT_GT(got.exits.at(0).samples, 0);
  }
};

TEST_F(ComposedResNet8, OfPartsAnswersAsTheExportedModel) {
  const TempDir folder;
  const fs::path parts = *shared_folder() / "models" / "parts";
  compose_parts(std::vector<ComposePart>{{Role::common, parts / "resnet8_common.onnx"},
                                         {Role::exit, parts / "resnet8_branch1.onnx"},
                                         {Role::exit, parts / "resnet8_branch2.onnx"}},
                {.settings = {{.threshold = 0.9F}}}, folder / "early.onnx");
  expect_answers_of_tflite(folder / "early.onnx");
}

TEST_F(ComposedResNet8, OfHeadsAnswersAsTheExportedModel) {
  const TempDir folder;
  compose_heads(*shared_folder() / "models" / "resnet8_heads.onnx", std::vector<std::string>{"exit1", "dense"},
                {.settings = {{.threshold = 0.9F}}}, folder / "early.onnx");
  expect_answers_of_tflite(folder / "early.onnx");
}

TEST_F(ComposedResNet8, IsThePlanOfTheExportedModelStepByStep) {
  const TempDir folder;
  compose_heads(*shared_folder() / "models" / "resnet8_heads.onnx", std::vector<std::string>{"exit1", "dense"},
                {.settings = {{.threshold = 0.9F}}}, folder / "early.onnx");
  const BuildOptions untimed{.optimization_level = 0};
  const Plan composed = Plan::build(Model::load(folder / "early.onnx"), untimed);
  const Plan exported = Plan::build(Model::load(*shared_folder() / "models" / "resnet8_two_tflite.onnx"), untimed);
  EXPECT_EQ(composed.steps(), exported.steps());
  EXPECT_EQ(composed.arena_bytes(), exported.arena_bytes());
}

}  // namespace

}  // namespace exeunt
