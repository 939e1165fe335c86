#include <exeunt/tools/compose.h>

#include <algorithm>

#include "compose/test_networks.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Role = ComposePart::Role;

/// Three classes; which of them a sample is of, and how clearly, is what it says.
const std::vector<double> kClear = {5, 0, 0};
const std::vector<double> kVague = {1, 0, 0};

TEST(ComposeHeads, EachHeadBecomesAnExit) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx", kTwoHeads);
  const Composition made =
      compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_THAT(made.outputs, ElementsAre("prediction", "exit"));
  EXPECT_EQ(made.classes, 3);
  EXPECT_TRUE(made.probabilities);
  EXPECT_THAT(made.notes, IsEmpty());
  EXPECT_EQ(print_graph(import_onnx(folder / "early.onnx", {}), {.node_names = false}),
            "input %0 f32[1,3] \"x\"\n"
            "%1 f32[1,3] = Softmax(%0)\n"
            "%2 f32[1,3] = Identity(%1)\n"
            "const %3 f32[3,3] = {0, 0, 2, 0, 2, 0, 2, 0, 0}\n"
            "%4 f32[1,3] = MatMul(%0, %3)\n"
            "%5 f32[1,3] = Softmax(%4)\n"
            "%6 f32[1,3] = Identity(%5)\n"
            "const %7 i64[1] = {0}\n"
            "const %8 i64[1] = {1}\n"
            "output \"prediction\"\n"
            "output \"exit\"\n"
            "decide max_prob(%1) > 0.9 {\n"
            "  exit(%2, %7) predicts(0, 0, 3, true)\n"
            "  exit(%6, %8) predicts(0, 0, 3, true)\n"
            "}\n");
}

/// What both heads say to x.
void expect_answers_of_heads(const std::filesystem::path& early, const std::filesystem::path& heads) {
  for (const auto& [x, exit] : {std::pair(kClear, 0U), std::pair(kVague, 1U)}) {
    const Answer all = answer_of(heads, x);
    const Answer one = answer_of(early, x);
    EXPECT_EQ(one.exit, exit);
    EXPECT_EQ(numbers(one.outputs.at(0)), numbers(all.outputs.at(exit)));
    EXPECT_EQ(values<std::int64_t>(one.outputs.at(1)), std::vector<std::int64_t>{exit});
  }
}

TEST(ComposeHeads, AnswersAsTheHeads) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx", kTwoHeads);
  compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  expect_answers_of_heads(folder / "early.onnx", model);
}

TEST(ComposeHeads, LaterWorkStandsInTheElseArm) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx", kTwoHeads);
  compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  const onnx::ModelProto early = read_onnx(folder / "early.onnx");
  EXPECT_THAT(ops_of(early.graph()), ElementsAre("Softmax", "ReduceMax", "Greater", "If"));
  EXPECT_THAT(ops_of(arm_of_last(early.graph(), "then_branch")), ElementsAre("Identity", "Constant"));
  EXPECT_THAT(ops_of(arm_of_last(early.graph())), ElementsAre("MatMul", "Softmax", "Identity", "Constant"));
  EXPECT_EQ(arm_of_last(early.graph()).initializer(0).name(), "w");
}

TEST(ComposeHeads, WhatNoExitNeedsIsGone) {
  const TempDir folder;
  const auto model =
      save_onnx(folder, "heads.onnx",
                "g (float[1,3] x) => (float[1,3] a, float[1,3] b, float[1,3] c) <float[3] unused = {1, 2, 3}>"
                " { a = Softmax(x) n = Neg(x) b = Softmax(n) c = Add(x, unused) }");
  compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_THAT(read_onnx(folder / "early.onnx").SerializeAsString(), Not(HasSubstr("unused")));
}

TEST(ComposeHeads, TheBatchStaysFree) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx", kTwoHeads);
  compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  const onnx::ModelProto early = read_onnx(folder / "early.onnx");
  EXPECT_EQ(early.graph().input(0).type().tensor_type().shape().dim(0).dim_param(), "N");
  EXPECT_EQ(early.graph().output(0).type().tensor_type().shape().dim(0).dim_param(), "N");
  EXPECT_EQ(early.graph().output(1).type().tensor_type().shape().dim(0).dim_value(), 1);
}

TEST(ComposeHeads, ATensorInsideMayBeAHeadAndOutputsKeepTheirNames) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx",
                               "g (float[1,3] x) => (float[1,3] prediction) { exit = Softmax(x) n = Neg(x)"
                               " prediction = Softmax(n) }");
  const Composition made =
      compose_heads(model, std::vector<std::string>{"exit", "prediction"}, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_THAT(made.outputs, ElementsAre("prediction", "exit"));
  EXPECT_EQ(made.exits.at(0).head, "exit");
  EXPECT_EQ(answer_of(folder / "early.onnx", kClear).exit, 0U);
  EXPECT_EQ(answer_of(folder / "early.onnx", kVague).exit, 1U);
}

TEST(ComposeHeads, LogitsStayLogits) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx",
                               "g (float[1,3] x) => (float[1,3] a, float[1,3] b)"
                               " { a = Neg(x) n = Neg(a) b = Neg(n) }");
  const Composition made =
      compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.6F), folder / "early.onnx");
  EXPECT_FALSE(made.probabilities);
  EXPECT_EQ(numbers(answer_of(folder / "early.onnx", {0, -5, 0}).outputs.at(0)), (std::vector<double>{0, 5, 0}));
  EXPECT_EQ(answer_of(folder / "early.onnx", {0, -5, 0}).exit, 0U);
  EXPECT_EQ(answer_of(folder / "early.onnx", {0, -1, 0}).exit, 1U);
}

TEST(ComposeHeads, LogitsBesideProbabilitiesGetASoftmax) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx",
                               "g (float[1,3] x) => (float[1,3] a, float[1,3] b)"
                               " { a = Neg(x) n = Neg(a) b = Softmax(n) }");
  const Composition made =
      compose_heads(model, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_TRUE(made.probabilities);
  EXPECT_THAT(made.notes,
              Contains(HasSubstr("head 'a' gives logits and another one probabilities; a Softmax was added")));
  EXPECT_THAT(numbers(answer_of(folder / "early.onnx", {0, -9, 0}).outputs.at(0)), near({0, 1, 0}, 1e-3));
}

TEST(ComposeHeads, AnEarlyHeadThatCostsMoreIsOdd) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx", kTwoHeads);
  const Composition made =
      compose_heads(model, std::vector<std::string>{"b", "a"}, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("head 'b' takes more work than 'a', the one after it")));
}

TEST(ComposeHeads, SettingsStandInTheMetadata) {
  const TempDir folder;
  const auto model = save_onnx(folder, "heads.onnx", kTwoHeads);
  const ComposeOptions options{
      .settings = {{.criterion = CriterionKind::margin, .threshold = 0.7F, .temperature = 1.5F, .enabled = false}}};
  compose_heads(model, std::vector<std::string>{"a", "b"}, options, folder / "early.onnx");
  const onnx::ModelProto early = read_onnx(folder / "early.onnx");
  ASSERT_EQ(early.metadata_props_size(), 1);
  EXPECT_EQ(early.metadata_props(0).key(), "exeunt.exits");
  EXPECT_EQ(early.metadata_props(0).value(),
            R"([{"criterion":"margin","threshold":0.7,"temperature":1.5,"enabled":false}])");
}

TEST(ComposeHeads, AsManyExitsAsAFileCanNest) {
  const TempDir folder;
  std::string nodes = "t0 = Neg(x)";
  std::vector<std::string> heads;
  for (int i = 0; i < 30; ++i) {
    nodes += fmt::format(" h{0} = Softmax(t{0}) t{1} = Neg(t{0})", i, i + 1);
    heads.push_back(fmt::format("h{}", i));
  }
  const auto model = save_onnx(folder, "heads.onnx", "g (float[1,3] x) => (float[1,3] h29) { " + nodes + " }");
  compose_heads(model, heads, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_EQ(answer_of(folder / "early.onnx", {-5, 0, 0}).exit, 0U);
  EXPECT_EQ(answer_of(folder / "early.onnx", {0, 0, 0}).exit, 29U);
  heads.insert(heads.begin(), "x");
  expect_error(ErrorCode::unsupported, "31 exits are given; a file nests 30 at most",
               [&] { compose_heads(model, heads, leaves_above(0.9F), folder / "early.onnx"); });
}

/// A network in five files: y = 2 x, head, y = 3 x, head, head with work of its own.
std::vector<ComposePart> five_parts(const TempDir& folder) {
  const std::string scale = "g (float[N,3] x) => (float[N,3] y) <float k = {%}> { y = Mul(x, k) }";
  const auto scaled = [&](const char* k) { return std::string(scale).replace(scale.find('%'), 1, k); };
  const std::string head = "g (float[N,3] x) => (float[N,3] y) { y = Softmax(x) }";
  return {
      {Role::common, save_onnx(folder, "common.onnx", scaled("0.5"))},
      {Role::exit, save_onnx(folder, "branch1.onnx", head)},
      {Role::then, save_onnx(folder, "second.onnx", scaled("3"))},
      {Role::exit, save_onnx(folder, "branch2.onnx", head)},
      {Role::exit, save_onnx(folder, "last.onnx",
                             "g (float[N,3] x) => (float[N,3] y) <float k = {-1}> { z = Mul(x, k) y = Softmax(z) }")}};
}

TEST(ComposeParts, AreJoinedInTheirOrder) {
  const TempDir folder;
  const Composition made = compose_parts(five_parts(folder), leaves_above(0.8F), folder / "early.onnx");
  ASSERT_EQ(made.exits.size(), 3U);
  EXPECT_EQ(made.exits.at(1).head, "y");
  EXPECT_EQ(made.exits.at(1).file, (folder / "branch2.onnx").string());
  EXPECT_EQ(answer_of(folder / "early.onnx", {8, 0, 0}).exit, 0U) << "softmax(4, 0, 0)";
  EXPECT_EQ(answer_of(folder / "early.onnx", {3, 0, 0}).exit, 1U) << "softmax(1.5, 0, 0), then softmax(4.5, 0, 0)";
  const Answer last = answer_of(folder / "early.onnx", {1, 0, 0});
  EXPECT_EQ(last.exit, 2U);
  EXPECT_EQ(values<std::int64_t>(last.outputs.at(1)), std::vector<std::int64_t>{2});
  EXPECT_THAT(numbers(last.outputs.at(0)), near({0.1003, 0.4498, 0.4498}, 1e-3)) << "softmax(-1.5, 0, 0)";
}

TEST(ComposeParts, LaterPartsStandInTheElseArms) {
  const TempDir folder;
  compose_parts(five_parts(folder), leaves_above(0.8F), folder / "early.onnx");
  const onnx::ModelProto early = read_onnx(folder / "early.onnx");
  EXPECT_THAT(ops_of(early.graph()), ElementsAre("Mul", "Softmax", "ReduceMax", "Greater", "If"));
  const onnx::GraphProto& second = arm_of_last(early.graph());
  EXPECT_THAT(ops_of(second), ElementsAre("Mul", "Softmax", "ReduceMax", "Greater", "If"));
  EXPECT_THAT(ops_of(arm_of_last(second)), ElementsAre("Mul", "Softmax", "Identity", "Constant"));
}

TEST(ComposeParts, AnExitBehindAnExitTakesTheSameTrunk) {
  const TempDir folder;
  std::vector<ComposePart> parts = five_parts(folder);
  parts.erase(parts.begin() + 2);
  compose_parts(parts, leaves_above(0.8F), folder / "early.onnx");
  EXPECT_EQ(answer_of(folder / "early.onnx", {3, 0, 0}).exit, 2U) << "softmax(1.5, 0, 0), twice";
}

TEST(ComposeParts, APartForOneSampleMakesOneSampleOfAll) {
  const TempDir folder;
  std::vector<ComposePart> parts = five_parts(folder);
  parts[1].path = save_onnx(folder, "fixed.onnx", "g (float[1,3] x) => (float[1,3] y) { y = Softmax(x) }");
  const Composition made = compose_parts(parts, leaves_above(0.8F), folder / "early.onnx");
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("fixed.onnx takes one sample; so does the result, input 'x'")));
  EXPECT_EQ(read_onnx(folder / "early.onnx").graph().input(0).type().tensor_type().shape().dim(0).dim_value(), 1);
}

TEST(ComposeParts, OlderOpsetsAreTakenWhereTheyMeanTheSame) {
  const TempDir folder;
  std::vector<ComposePart> parts = five_parts(folder);
  parts[0].path =
      save_onnx(folder, "old.onnx", "g (float[N,3] x) => (float[N,3] y) <float k = {0.5}> { y = Mul(x, k) }", 13);
  const Composition made = compose_parts(parts, leaves_above(0.8F), folder / "early.onnx");
  EXPECT_EQ(made.opset, 17);
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("old.onnx has opset 13; the result has 17")));
  parts[1].path = save_onnx(folder, "softmax12.onnx", "g (float[N,3] x) => (float[N,3] y) { y = Softmax(x) }", 12);
  expect_error(ErrorCode::unsupported, "softmax12.onnx has opset 12, ",
               [&] { compose_parts(parts, leaves_above(0.8F), folder / "early.onnx"); });
}

/// y = conv-like work on [1,C,H,W]: the mean over both axes, of 3 channels.
const std::string kPooledHead =
    "g (float[1,3,2,4] x) => (float[1,3] y) { m = GlobalAveragePool(x) f = Flatten(m) y = Softmax(f) }";

TEST(ComposeParts, OtherLayoutsAreRefusedOrTransposed) {
  const TempDir folder;
  const std::vector<ComposePart> parts = {
      {Role::common, save_onnx(folder, "nhwc.onnx", "g (float[1,2,4,3] x) => (float[1,2,4,3] t) { t = Relu(x) }")},
      {Role::exit, save_onnx(folder, "b1.onnx", kPooledHead)},
      {Role::exit, save_onnx(folder, "b2.onnx", kPooledHead)}};
  const auto compose = [&](const ComposeOptions& options) {
    return compose_parts(parts, options, folder / "early.onnx");
  };
  const std::string text = "b1.onnx: its input 'x' is f32[1,3,2,4], and 't' of " + (folder / "nhwc.onnx").string() +
                           " is f32[1,2,4,3]: one is NCHW, the other NHWC; export both in one layout, or let "
                           "--transpose put a Transpose between them";
  expect_error(ErrorCode::shape, text, [&] { compose(leaves_above(0.5F)); });
  ComposeOptions options = leaves_above(0.5F);
  options.transpose = true;
  EXPECT_THAT(compose(options).notes, Contains(HasSubstr("b1.onnx: a Transpose turns 't' to NCHW")));
  std::vector<double> second_channel(24, 0.0);
  for (std::size_t i = 1; i < 24; i += 3) second_channel[i] = 5;
  const Answer answer = answer_of(folder / "early.onnx", second_channel);
  EXPECT_EQ(answer.exit, 0U);
  EXPECT_THAT(numbers(answer.outputs.at(0)), near({0, 1, 0}, 0.02));
}

TEST(ComposeBackbone, GetsAnExitAtATensor) {
  const TempDir folder;
  const auto backbone = save_onnx(folder, "net.onnx",
                                  "g (float[N,3] x) => (float[N,3] prediction) <float k = {-1}>"
                                  " { r = Relu(x) z = Mul(r, k) prediction = Softmax(z) }");
  const auto head = save_onnx(folder, "head.onnx", "g (float[N,3] r) => (float[N,3] z) { z = Softmax(r) }");
  const Composition made = compose_backbone(backbone, "r", head, leaves_above(0.9F), folder / "early.onnx");
  EXPECT_EQ(made.exits.at(0).file, head.string());
  EXPECT_EQ(made.exits.at(1).head, "prediction");
  EXPECT_EQ(answer_of(folder / "early.onnx", kClear).exit, 0U);
  const Answer late = answer_of(folder / "early.onnx", kVague);
  EXPECT_EQ(late.exit, 1U);
  EXPECT_THAT(numbers(late.outputs.at(0)), near({0.1554, 0.4223, 0.4223}, 1e-3)) << "softmax(-1, 0, 0)";
}

TEST(Compose, FunctionsAreInlinedAndNotesOfExportersLeftOut) {
  const TempDir folder;
  onnx::ModelProto model = model_of(
      "g (float[1,3] x) => (float[1,3] a, float[1,3] b)"
      " { a = Softmax(x) n = local.Negated(x) b = Softmax(n) }");
  model.add_opset_import()->set_domain("local");
  model.mutable_opset_import(1)->set_version(1);
  onnx::FunctionProto& function = *model.add_functions();
  function.set_name("Negated");
  function.set_domain("local");
  function.add_input("v");
  function.add_output("w");
  *function.add_opset_import() = model.opset_import(0);
  *function.add_node() = model_of(one_output("float[1,3] v", "w = Neg(v)")).graph().node(0);
  model.set_doc_string("made in /home/user/net.py");
  model.mutable_graph()->mutable_node(0)->set_doc_string("File /home/user/net.py, line 3");
  const auto note = [&](const char* key, const char* value) {
    model.add_metadata_props()->set_key(key);
    model.mutable_metadata_props(model.metadata_props_size() - 1)->set_value(value);
  };
  note("source", "/home/user/net.py");
  note("mean", "0.5");
  const auto file = save_onnx(folder, "heads.onnx", model);
  compose_heads(file, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  const std::string bytes = read_onnx(folder / "early.onnx").SerializeAsString();
  EXPECT_THAT(bytes, Not(HasSubstr("/home/user")));
  EXPECT_THAT(bytes, HasSubstr("mean"));
  EXPECT_EQ(answer_of(folder / "early.onnx", kClear).exit, 0U);
  EXPECT_EQ(answer_of(folder / "early.onnx", kVague).exit, 1U);
}

TEST(Compose, ExternalWeightsAreTakenIn) {
  const TempDir folder;
  onnx::ModelProto model = model_of(kTwoHeads);
  onnx::TensorProto& w = *model.mutable_graph()->mutable_initializer(0);
  const std::vector<float> values = {0, 0, 2, 0, 2, 0, 2, 0, 0};
  folder.write("w.bin", std::string(reinterpret_cast<const char*>(values.data()), 36));
  w.clear_float_data();
  w.set_data_location(onnx::TensorProto::EXTERNAL);
  w.add_external_data()->set_key("location");
  w.mutable_external_data(0)->set_value("w.bin");
  const auto file = save_onnx(folder, "heads.onnx", model);
  const TempDir elsewhere;
  compose_heads(file, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), elsewhere / "early.onnx");
  expect_answers_of_heads(elsewhere / "early.onnx", file);
}

}  // namespace

}  // namespace exeunt
