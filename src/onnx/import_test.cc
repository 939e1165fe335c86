#include "onnx/import.h"

#include "support/onnx_text.h"
#include "support/run_graph.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ImportOptions with_shape(const std::string& input, const std::vector<std::int64_t>& shape) {
  ImportOptions options;
  options.shapes[input] = shape;
  return options;
}

ImportOptions in_folder(const std::filesystem::path& folder) {
  ImportOptions options;
  options.folder = folder;
  return options;
}

constexpr const char* kRelu = "g (float[1,3] x) => (float[1,3] y) { y = Relu(x) }";

TEST(Import, AModelIsItsInputsNodesAndOneExit) {
  EXPECT_EQ(print_graph(import_text("g (float[1,2] x) => (float[1,2] y, float[1,2] z) <float[2] w = {1, 2}> {"
                                    "  z = Add(x, w) y = Relu(z) }")),
            "input %0 f32[1,2] \"x\"\n"
            "const %1 f32[2] = {1, 2}\n"
            "%2 f32[1,2] = Add(%0, %1) \"z\"\n"
            "%3 f32[1,2] = Relu(%2) \"y\"\n"
            "output \"y\"\n"
            "output \"z\"\n"
            "exit(%3, %2) predicts(0, 0, 2, false)\n");
}

TEST(Import, NodesMayStandInAnyOrder) {
  EXPECT_EQ(imported("float[1,3] x", "y = Relu(b) b = Neg(a) a = Abs(x)"),
            "%1 f32[1,3] = Abs(%0)\n%2 f32[1,3] = Neg(%1)\n%3 f32[1,3] = Relu(%2)");
}

TEST(Import, OutputsMayBeInputsOrWeights) {
  const Graph graph = import_text("g (float[1,3] x) => (float[1,3] x, float[1] w) <float[1] w = {5}> {}");
  const Answer answer = run_graph(graph, {counting({1, 3})});
  EXPECT_THAT(numbers(answer.outputs[0]), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers(answer.outputs[1]), ElementsAre(5));
}

TEST(Import, UnusedNodesAndInputsStayWithoutHarm) {
  const Graph graph = import_text("g (float[1,3] x, float[1,4] unused) => (float[1,3] y) { y = Relu(x) a = Neg(x) }");
  EXPECT_EQ(graph.inputs.size(), 2U);
  EXPECT_EQ(nodes_text(graph), "%2 f32[1,3] = Relu(%0)");
}

TEST(Import, OpsetsFrom11To23) {
  for (const int opset : {11, 17, 23}) {
    ImportNotes notes;
    import_text(kRelu, opset, {}, &notes);
    EXPECT_EQ(notes.opset, opset);
  }
  expect_error(ErrorCode::unsupported, "uses opset 10; 11 to 23 are supported", [] { import_text(kRelu, 10); });
  expect_error(ErrorCode::unsupported, "uses opset 24; 11 to 23 are supported", [] { import_text(kRelu, 24); });
  onnx::ModelProto model = model_of(kRelu);
  model.mutable_opset_import(0)->set_domain("ai.onnx");
  EXPECT_NO_THROW(import_onnx(model, {}));
  model.clear_opset_import();
  expect_error(ErrorCode::unsupported, "uses opset 0", [&] { import_onnx(model, {}); });
}

TEST(Import, OtherOpsetsDoNotCount) {
  onnx::ModelProto model = model_of(kRelu);
  auto* other = model.add_opset_import();
  other->set_domain("com.example");
  other->set_version(99);
  ImportNotes notes;
  import_onnx(model, {}, &notes);
  EXPECT_EQ(notes.opset, 17);
}

TEST(ImportInputs, SymbolicBatchBecomesOne) {
  EXPECT_EQ(imported("float[N,3] x", "y = Relu(x)"), "%1 f32[1,3] = Relu(%0)");
  EXPECT_EQ(imported("float[4,3] x", "y = Relu(x)"), "%1 f32[4,3] = Relu(%0)");
}

TEST(ImportInputs, OtherSymbolicAxesNeedAShape) {
  const std::string graph = "g (float[N,C,8] x) => (float[] y) { y = Relu(x) }";
  expect_error(ErrorCode::shape, "input 'x': axis 1 is symbolic ('C'); give the shape with --shape x=1x3x32x32",
               [&] { import_text(graph); });
  EXPECT_EQ(nodes_text(import_text(graph, 17, with_shape("x", {1, 3, 8}))), "%1 f32[1,3,8] = Relu(%0)");
}

TEST(ImportInputs, WithoutAShapeOneMustBeGiven) {
  const std::string graph = one_output("float[] x", "y = Relu(x)");
  expect_error(ErrorCode::shape,
               "input 'x': has no shape in the file; give one with --shape x=", [&] { import_text(graph); });
  EXPECT_EQ(nodes_text(import_text(graph, 17, with_shape("x", {1, 8}))), "%1 f32[1,8] = Relu(%0)");
}

TEST(ImportInputs, GivenShapesReplaceTheFiles) {
  const std::string open = "g (float[N,C] x) => (float[] y) { y = Relu(x) }";
  EXPECT_EQ(nodes_text(import_text(open, 17, with_shape("x", {1, 5}))), "%1 f32[1,5] = Relu(%0)");
  const auto refused = [&](ErrorCode code, const std::string& text, const std::string& name,
                           const std::vector<std::int64_t>& shape) {
    expect_error(code, text, [&] { import_text(open, 17, with_shape(name, shape)); });
  };
  refused(ErrorCode::argument, "there is no input 'z' to give a shape; inputs: x", "z", {1, 3});
  refused(ErrorCode::shape, "negative dimension", "x", {1, -3});
  refused(ErrorCode::shape, "2 GB or more", "x", {1, 1 << 30});
}

TEST(ImportInputs, MustBeTensorsOfKnownTypes) {
  expect_error(ErrorCode::unsupported, "input 'x': element type STRING",
               [] { import_text("g (string[1] x) => (float[] y) { y = Relu(x) }"); });
  onnx::ModelProto sequence = model_of(kRelu);
  sequence.mutable_graph()->mutable_input(0)->mutable_type()->mutable_sequence_type();
  expect_error(ErrorCode::unsupported, "input 'x': is no tensor", [&] { import_onnx(sequence, {}); });
}

TEST(ImportWeights, AreHeldOnceWhenEqual) {
  ImportNotes notes;
  const Graph graph = import_text(
      "g (float[1,2] x) => (float[] y) <float[2] v = {1, 2}, float[2] w = {1, 2}> {"
      "  c = Constant<value = float[2] {1, 2}>()"
      "  a = Add(x, v) b = Add(a, w) y = Add(b, c) }",
      17, {}, &notes);
  EXPECT_EQ(nodes_text(graph),
            "const %1 f32[2] = {1, 2}\n%2 f32[1,2] = Add(%0, %1)\n%3 f32[1,2] = Add(%2, %1)\n"
            "%4 f32[1,2] = Add(%3, %1)");
  EXPECT_EQ(notes.constant_bytes, 24U);
  EXPECT_EQ(notes.duplicate_bytes, 16U);
}

TEST(ImportWeights, EqualBytesOfOtherTypesOrShapesAreOthers) {
  const Graph graph = import_text(
      "g (float[1,2] x, int32[1,2] i) => (float[] y, float[] z, int32[] j)"
      " <float[2] v = {0, 0}, float[1,2] w = {0, 0}, int32[2] u = {0, 0}> {"
      "  y = Add(x, v) z = Add(x, w) j = Add(i, u) }");
  EXPECT_THAT(nodes_text(graph), HasSubstr("const %2 f32[2]"));
  EXPECT_THAT(nodes_text(graph), HasSubstr("const %4 f32[1,2]"));
  EXPECT_THAT(nodes_text(graph), HasSubstr("const %6 i32[2]"));
}

TEST(ImportWeights, TwoEmptyOnesAreEqual) {
  ImportNotes notes;
  import_text("g (float[1,2] x) => (float[] y) <float[0] v = {}, float[0] w = {}> { y = Concat<axis = 0>(v, w) }", 17,
              {}, &notes);
  EXPECT_EQ(notes.duplicate_bytes, 0U);
}

TEST(ImportShapes, GivenOnesBindWhatTheFileLeavesOpen) {
  const std::string graph = "g (float[N,C,4] x) => (float[] y) { y = Relu(x) }";
  const auto shape = [&](const std::vector<std::int64_t>& given) {
    ImportOptions options;
    options.shapes["x"] = given;
    const Graph result = import_text(graph, 17, options);
    return result.type(result.inputs[0]).shape.str();
  };
  EXPECT_EQ(shape({1, 3, 4}), "[1,3,4]");
  expect_error(ErrorCode::argument, "the shape 1x3 has 2 axes; in the file it has 3", [&] { shape({1, 3}); });
  expect_error(ErrorCode::argument, "the shape 1x3x5 has 5 for axis 2; the file fixes it to 4", [&] {
    shape({1, 3, 5});
  });
  expect_error(ErrorCode::argument, "the shape 8x3x4 has 8 for the batch, which stays free: give 1", [&] {
    shape({8, 3, 4});
  });
  expect_error(ErrorCode::argument, "more than 8 axes", [&] { shape(std::vector<std::int64_t>(9, 1)); });
}

TEST(ImportShapes, AFixedBatchMayBeCutToSingleSamples) {
  const std::string graph = "g (float[8,3] x) => (float[] y) { y = Relu(x) }";
  EXPECT_EQ(import_text(graph).type(0).shape.str(), "[8,3]");
  ImportOptions options;
  options.shapes["x"] = {1, 3};
  EXPECT_EQ(import_text(graph, 17, options).type(0).shape.str(), "[1,3]");
  options.shapes["x"] = {4, 3};
  expect_error(ErrorCode::argument, "has 4 for axis 0; the file fixes it to 8",
               [&] { import_text(graph, 17, options); });
}

TEST(ImportNotes, TellWhetherTheBatchIsOpen) {
  ImportNotes notes;
  import_text("g (float[N,3] x) => (float[] y) { y = Relu(x) }", 17, {}, &notes);
  EXPECT_TRUE(notes.free_batch);
  import_text("g (float[1,3] x) => (float[] y) { y = Relu(x) }", 17, {}, &notes);
  EXPECT_FALSE(notes.free_batch);
}

TEST(ImportWeights, ListedAsInputsKeepTheirValue) {
  const Graph graph = import_text("g (float[1,2] x, float[2] w = {1, 2}) => (float[] y) { y = Add(x, w) }");
  EXPECT_EQ(graph.inputs.size(), 1U);
  EXPECT_EQ(nodes_text(graph), "const %1 f32[2] = {1, 2}\n%2 f32[1,2] = Add(%0, %1)");
}

TEST(ImportWeights, MayLieInOtherFiles) {
  const TempDir dir;
  dir.write("w.bin", {"\0\0\x80\x3F\0\0\0\x40", 8});
  onnx::ModelProto model = model_of("g (float[1,2] x) => (float[] y) <float[2] w = {0, 0}> { y = Add(x, w) }");
  auto* w = model.mutable_graph()->mutable_initializer(0);
  w->clear_float_data();
  w->set_data_location(onnx::TensorProto::EXTERNAL);
  auto* location = w->add_external_data();
  location->set_key("location");
  location->set_value("w.bin");
  EXPECT_THAT(nodes_text(import_onnx(model, in_folder(dir.path()))), HasSubstr("const %1 f32[2] = {1, 2}"));
  expect_error(ErrorCode::file, "initializer 'w': external data file", [&] { import_onnx(model, in_folder("/no")); });

  dir.write("model.onnx", model.SerializeAsString());
  EXPECT_THAT(nodes_text(import_onnx(dir / "model.onnx", {})), HasSubstr("const %1 f32[2] = {1, 2}"));
}

TEST(ImportWeights, ErrorsNameThem) {
  onnx::ModelProto model = model_of("g (float[1,2] x) => (float[] y) <float[2] w = {0, 0}> { y = Add(x, w) }");
  model.mutable_graph()->mutable_initializer(0)->add_float_data(7);
  expect_error(ErrorCode::format, "initializer 'w': holds 3 values", [&] { import_onnx(model, {}); });
}

TEST(ImportWeights, SparseOnesAreNotSupported) {
  onnx::ModelProto model = model_of(kRelu);
  model.mutable_graph()->add_sparse_initializer();
  expect_error(ErrorCode::unsupported, "sparse initializers", [&] { import_onnx(model, {}); });
}

TEST(ImportNotes, TellTheProducer) {
  onnx::ModelProto model = model_of(kRelu);
  model.set_producer_name("pytorch");
  ImportNotes notes;
  import_onnx(model, {}, &notes);
  EXPECT_EQ(notes.producer, "pytorch");
  EXPECT_EQ(notes.conditionals, 0);
}

TEST(Import, LongChainsOfConstantsDoNotUseUpTheStack) {
  onnx::ModelProto model = model_of("g (float[1,2] x, int64[1] n0 = {2}) => (float[] y) { y = Reshape(x, n100000) }");
  auto* graph = model.mutable_graph();
  for (int i = 0; i < 100000; ++i) {
    onnx::NodeProto* node = graph->add_node();
    node->set_op_type("Identity");
    node->add_input(fmt::format("n{}", i));
    node->add_output(fmt::format("n{}", i + 1));
  }
  EXPECT_EQ(nodes_text(import_onnx(model, {})), "%1 f32[2] = Reshape(%0) {shape=[2]}");
}

}  // namespace

}  // namespace exeunt
