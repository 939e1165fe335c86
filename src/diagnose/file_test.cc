#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "support/diagnosis.h"
#include "support/shared.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// An early-exit model: `scores` makes c, the bool that the `If` looks at, of the logits l [1,4].
std::string early_exit(const std::string& scores, const std::string& batch = "1") {
  return fmt::format(
      R"(g (float[{}, 2] x, float[2,4] w = {{1, 2, 3, 4, 5, 6, 7, 8}}, float[4,64] v, float t = {{0.9}}) => (float[] y) {{
    l = MatMul(x, w)
    p = Softmax(l)
    {}
    y = If(c) <
      then_branch = then () => (float[] a) {{ a = Identity(p) }},
      else_branch = else () => (float[] b) {{ h = MatMul(l, v) b = Neg(h) }}
    >
  }})",
      batch, scores);
}

/// The same with weights for v, which are too many to write down.
onnx::ModelProto early_exit_model(const std::string& scores, const std::string& batch = "1") {
  onnx::ModelProto model = model_of(early_exit(scores, batch));
  auto& graph = *model.mutable_graph();
  for (int i = 0; i < graph.input_size(); ++i) {
    if (graph.input(i).name() == "v") graph.mutable_input()->DeleteSubrange(i, 1);
  }
  onnx::TensorProto& weights = *graph.add_initializer();
  weights.set_name("v");
  weights.set_data_type(onnx::TensorProto::FLOAT);
  weights.add_dims(4);
  weights.add_dims(64);
  for (int i = 0; i < 4 * 64; ++i) weights.add_float_data(static_cast<float>(i));
  return model;
}

constexpr const char* kMaxProb = "m = ReduceMax<keepdims = 0>(p) c = Greater(m, t)";

TEST(DiagnoseFile, AHealthyOneGivesNoWarnings) {
  EXPECT_THAT(codes(warnings_of(early_exit_model(kMaxProb))), IsEmpty());
}

TEST(UnnormalisedScores, TheLargestLogit) {
  for (const std::string test : {"m = ReduceMax<keepdims = 0>(l) c = Greater(m, t)",
                                 "m = ReduceMax(l) n = Less(m, t) o = Not(n) s = Shape(t) c = Reshape(o, s)"}) {
    const auto warnings = warnings_of(early_exit_model(test));
    ASSERT_THAT(codes(warnings), Contains("unnormalised_scores y")) << test;
    EXPECT_THAT(warnings.front().message, HasSubstr("the largest of 4 scores"));
  }
}

TEST(UnnormalisedScores, LogarithmsOfProbabilitiesHaveAScale) {
  EXPECT_THAT(
      codes(warnings_of(early_exit_model("s = LogSoftmax(l) m = ReduceMax<keepdims = 0>(s) c = Greater(m, t)"))),
      Not(Contains("unnormalised_scores y")));
}

TEST(UnnormalisedScores, SigmoidsAreBounded) {
  EXPECT_THAT(codes(warnings_of(early_exit_model("s = Sigmoid(l) m = ReduceMax<keepdims = 0>(s) c = Greater(m, t)"))),
              Not(Contains("unnormalised_scores y")));
}

TEST(ConstantDecision, FrozenByTheExporter) {
  const auto warnings = warnings_of(early_exit_model("u = Neg(t) c = Greater(t, u)"));
  ASSERT_THAT(codes(warnings), ElementsAre("constant_decision y"));
  EXPECT_THAT(warnings[0].message, HasSubstr("one arm always runs"));
}

TEST(ConstantDecision, ATestOfShapesIsTheExportersOwnBusiness) {
  EXPECT_THAT(codes(warnings_of(early_exit_model(
                  "s = Shape(x) n = ReduceProd<keepdims = 0>(s) f = Cast<to = 1>(n) c = Greater(f, t)"))),
              ElementsAre("no_decision"));
}

TEST(WholeBatch, AFreeBatchInTheFile) {
  const auto warnings = warnings_of(early_exit_model(kMaxProb, "N"));
  ASSERT_THAT(codes(warnings), ElementsAre("whole_batch y"));
  EXPECT_THAT(warnings[0].message, HasSubstr("Exeunt decides for each sample"));
}

TEST(WholeBatch, ABatchFixedToSeveral) {
  const auto warnings = warnings_of(early_exit_model(kMaxProb, "3"));
  ASSERT_THAT(codes(warnings), Contains("whole_batch y"));
}

void add_metadata(onnx::ModelProto& model, std::size_t bytes) {
  model.mutable_graph()->mutable_node(0)->set_doc_string(std::string(bytes, 'd'));
}

TEST(WastedBytes, DebugMetadata) {
  onnx::ModelProto model = early_exit_model(kMaxProb);
  add_metadata(model, 5000);
  const auto warnings = warnings_of(model);
  ASSERT_THAT(codes(warnings), ElementsAre("debug_metadata"));
  EXPECT_THAT(warnings[0].message, HasSubstr("5.0 kB of "));
}

TEST(WastedBytes, ALittleMetadataIsNoMatter) {
  onnx::ModelProto model = early_exit_model(kMaxProb);
  add_metadata(model, 100);
  EXPECT_THAT(codes(warnings_of(model)), IsEmpty());
}

TEST(WastedBytes, DuplicateWeights) {
  ImportNotes notes;
  notes.constant_bytes = 100'000;
  const Graph graph = import_onnx(early_exit_model(kMaxProb), {});
  notes.duplicate_bytes = 1'000;
  EXPECT_THAT(codes(warnings_of(graph, notes)), IsEmpty());
  notes.duplicate_bytes = 40'000;
  const auto warnings = warnings_of(graph, notes);
  ASSERT_THAT(codes(warnings), ElementsAre("duplicate_weights"));
  EXPECT_THAT(warnings[0].message, HasSubstr("40.0 kB of 100.0 kB"));
}

TEST(NoteFile, CountsMetadataInArmsToo) {
  onnx::ModelProto model = early_exit_model(kMaxProb);
  ImportNotes before;
  note_file(model, before);
  auto& conditional = *model.mutable_graph()->mutable_node(model.graph().node_size() - 1);
  ASSERT_EQ(conditional.op_type(), "If");
  conditional.mutable_attribute(0)->mutable_g()->mutable_node(0)->set_doc_string(std::string(77, 'd'));
  ImportNotes after;
  note_file(model, after);
  EXPECT_EQ(after.metadata_bytes - before.metadata_bytes, 77U);
  EXPECT_GT(after.file_bytes, before.file_bytes);
}

/// A model whose 8-bit input goes through DequantizeLinear.
std::vector<std::string> with_input(const std::string& dtype, const std::string& scale, const std::string& zero) {
  return codes(
      warnings_of(model_of(fmt::format("g ({0}[1,4] x, float s = {{{1}}}, {0} z = {{{2}}}) => (float[] y) {{ d = "
                                       "DequantizeLinear(x, s, z) y = Neg(d) }}",
                                       dtype, scale, zero))));
}

TEST(InputScale, AnOddRangeIsTold) {
  EXPECT_THAT(with_input("uint8", "0.37", "128"), Contains("input_scale d"));
  EXPECT_THAT(with_input("int8", "100", "0"), Contains("input_scale d"));
  EXPECT_THAT(with_input("uint8", "-1", "0"), Contains("input_scale d"));
}

TEST(InputScale, RangesOfPicturesAreNot) {
  EXPECT_THAT(with_input("uint8", "1", "0"), ElementsAre("no_decision"));
  EXPECT_THAT(with_input("int8", "1", "-128"), ElementsAre("no_decision"));
  EXPECT_THAT(with_input("uint8", "0.00392157", "0"), ElementsAre("no_decision"));
  EXPECT_THAT(with_input("int8", "0.0078431", "0"), ElementsAre("no_decision"));
  EXPECT_THAT(with_input("uint8", "0.0186", "114"), ElementsAre("no_decision"));
}

TEST(TrainingMode, MeansOverTheBatch) {
  const auto warnings = warnings_of(
      model_of("g (float[1,2,3,3] x) => (float[] y) { m = ReduceMean<axes = [0, 2, 3]>(x) d = Sub(x, m) q = Mul(d, d) "
               "v = ReduceMean<axes = [0, 2, 3]>(q) s = Sqrt(v) y = Div(d, s) }"));
  EXPECT_THAT(codes(warnings), ElementsAre("no_decision", "training_mode m")) << "one warning for mean and variance";
}

TEST(TrainingMode, MeansOfOneSampleAreNot) {
  EXPECT_THAT(codes(warnings_of(model_of("g (float[1,2,3,3] x) => (float[] y) { y = ReduceMean<axes = [2, 3]>(x) }"))),
              ElementsAre("no_decision"));
}

TEST(TrainingMode, ADropoutThatIsOn) {
  const auto mode = [](const std::string& on) {
    return codes(warnings_of(model_of(fmt::format(
        "g (float[1,3] x, float r = {{0}}, bool t = {{{}}}) => (float[] y) {{ a = Dropout(x, r, t) y = Neg(a) }}",
        on))));
  };
  EXPECT_THAT(mode("1"), ElementsAre("no_decision", "training_mode a"));
  EXPECT_THAT(mode("0"), ElementsAre("no_decision"));
}

TEST(SlowStep, IsToldWithTheReason) {
  const auto warnings = warnings_of(model_of("g (float[1,3] x) => (float[] y) { a = Sin(x) y = Relu(a) }"));
  ASSERT_THAT(codes(warnings), ElementsAre("no_decision", "slow_step a"));
  EXPECT_THAT(warnings[1].message, HasSubstr("Sin runs on the slow reference backend: "));
}

/// The codes that the sources can give.
std::set<std::string> codes_in_sources() {
  std::set<std::string> found;
  const std::filesystem::path folder = std::filesystem::path(EXEUNT_SOURCE_DIR) / "src" / "diagnose";
  std::ostringstream text;
  text << std::ifstream(folder / "checks.h").rdbuf();
  static const std::regex list(R"(/// \[([a-z_, ]+)\])");
  static const std::regex code("[a-z_]+");
  const std::string header = text.str();
  for (std::sregex_iterator it(header.begin(), header.end(), list), end; it != end; ++it) {
    const std::string names = (*it)[1];
    for (std::sregex_iterator name(names.begin(), names.end(), code); name != end; ++name) found.insert(name->str());
  }
  return found;
}

TEST(DiagnosisPage, ExplainsEveryCode) {
  std::ostringstream page;
  page << std::ifstream(std::filesystem::path(EXEUNT_SOURCE_DIR) / "docs" / "diagnosis.md").rdbuf();
  const std::set<std::string> all = codes_in_sources();
  EXPECT_GE(all.size(), all_checks().size());
  for (const std::string& code : all) EXPECT_THAT(page.str(), HasSubstr("\n| `" + code + "` |"));
}

/// Models from real exporters, as they are.
std::vector<Warning> warnings_of_file(const std::string& name) {
  ImportNotes notes;
  const Graph graph = import_onnx(*shared_folder() / "models" / name, {}, &notes);
  return warnings_of(graph, notes);
}

TEST(DiagnoseExported, EarlyExitsWithABatchOfOneAreHealthy) {
  if (!shared_folder()) GTEST_SKIP() << "no shared models";
  for (const std::string name :
       {"resnet8_two_torch.onnx", "resnet56_three_torch.onnx", "resnet56_torchscript.onnx", "alexnet_torchscript.onnx"})
    EXPECT_THAT(codes(warnings_of_file(name)), IsEmpty()) << name;
}

TEST(DiagnoseExported, WhatIsOddAboutTheOthers) {
  if (!shared_folder()) GTEST_SKIP() << "no shared models";
  EXPECT_THAT(codes(warnings_of_file("resnet8_two_tflite.onnx")), ElementsAre("whole_batch StatefulPartitionedCall:0"));
  EXPECT_THAT(codes(warnings_of_file("resnet8_tflite.onnx")), ElementsAre("no_decision"));
  EXPECT_THAT(codes(warnings_of_file("resnet8_traced_frozen.onnx")), Contains("no_decision"));
  const auto heads = warnings_of_file("resnet8_heads.onnx");
  ASSERT_THAT(codes(heads), ElementsAre("no_decision"));
  EXPECT_THAT(heads[0].hint, HasSubstr("compose --heads"));
}

}  // namespace

}  // namespace exeunt
