#include <exeunt/tools/compose.h>

#include <fstream>
#include <sstream>

#include "compose/test_networks.h"

/// What does not fit is refused in plain words, and nothing is written.
namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

using Role = ComposePart::Role;

const std::string kTrunk = "g (float[N,3] x) => (float[N,3] t) { t = Relu(x) }";
const std::string kBranch = "g (float[N,3] x) => (float[N,3] y) { y = Softmax(x) }";

class BadCompose : public ::testing::Test {
 protected:
  /// Expects that a composition is refused and leaves nothing behind.
  template <class F>
  void expect_refused(ErrorCode code, const std::string& text, F&& compose) {
    expect_error(code, text, compose);
    EXPECT_FALSE(std::filesystem::exists(out_));
  }
  void expect_heads_refused(ErrorCode code, const std::string& text, const std::string& graph,
                            const std::vector<std::string>& heads = {"a", "b"},
                            const ComposeOptions& options = leaves_above(0.5F)) {
    SCOPED_TRACE(graph);
    const auto file = save_onnx(folder_, "heads.onnx", graph);
    expect_refused(code, text, [&] { compose_heads(file, heads, options, out_); });
  }
  void expect_parts_refused(ErrorCode code, const std::string& text, const std::vector<ComposePart>& parts) {
    expect_refused(code, text, [&] { compose_parts(parts, leaves_above(0.5F), out_); });
  }
  std::filesystem::path save(const std::string& name, const std::string& graph) {
    return save_onnx(folder_, name, graph);
  }

  TempDir folder_;
  std::filesystem::path out_ = folder_ / "early.onnx";
};

TEST_F(BadCompose, ANameThatDoesNotExist) {
  expect_heads_refused(ErrorCode::argument,
                       "heads.onnx: there is no tensor 'exit_1'; did you mean 'exit1'? (outputs: exit1, dense)",
                       "g (float[1,3] x) => (float[1,3] exit1, float[1,3] dense) { exit1 = Softmax(x) dense = Neg(x) }",
                       {"exit_1", "dense"});
  const auto trunk = save("net.onnx", kTrunk);
  expect_refused(ErrorCode::argument, "net.onnx: there is no tensor 'relu7' (outputs: t)",
                 [&] { compose_backbone(trunk, "relu7", save("b.onnx", kBranch), leaves_above(0.5F), out_); });
}

TEST_F(BadCompose, HeadsThatAreNoClassScores) {
  const auto heads = [](const std::string& type, const std::string& nodes) {
    return fmt::format("g (float[1,3] x) => ({0} a, float[1,3] b) {{ {1} b = Softmax(x) }}", type, nodes);
  };
  expect_heads_refused(ErrorCode::dtype, "head 'a' is i64[1,1]; class scores are f32",
                       heads("int64[1,1]", "a = ArgMax<axis = 1>(x)"));
  expect_heads_refused(ErrorCode::shape, "head 'a' is f32[3,1]; class scores are [1,K]",
                       heads("float[3,1]", "a = Transpose(x)"));
  expect_heads_refused(ErrorCode::shape, "head 'a' is f32[1,1]; class scores are [1,K]",
                       heads("float[1,1]", "a = ReduceMax<axes = [1]>(x)"));
  expect_heads_refused(ErrorCode::shape, "the heads differ in classes: 'a' of",
                       heads("float[1,6]", "a = Concat<axis = 1>(x, x)"));
  expect_heads_refused(ErrorCode::argument, "head 'a' does not depend on the input",
                       "g (float[1,3] x) => (float[1,3] a, float[1,3] b) <float[1,3] k = {1, 2, 3}>"
                       " { a = Softmax(k) b = Softmax(x) }");
  expect_heads_refused(ErrorCode::argument, "head 'a' is given twice", kTwoHeads, {"a", "a"});
  expect_heads_refused(ErrorCode::argument, "1 exit is given", kTwoHeads, {"a"});
}

TEST_F(BadCompose, SettingsOutOfRange) {
  const auto expect = [&](const std::string& text, std::vector<ExitSettings> settings) {
    expect_heads_refused(ErrorCode::argument, text, kTwoHeads, {"a", "b"}, {.settings = std::move(settings)});
  };
  expect("0 settings are given for 1 decision", {});
  expect("2 settings are given for 1 decision", {{}, {}});
  expect("the threshold is no number", {{.threshold = kNaN}});
  expect("the temperature is 0; it has to be above 0", {{.temperature = 0}});
  expect("the temperature is nan", {{.temperature = kNaN}});
  expect("a predicate is what a file computes", {{.criterion = CriterionKind::predicate}});
}

TEST_F(BadCompose, PartsThatDoNotFit) {
  const auto trunk = save("common.onnx", kTrunk);
  const auto branch = save("b.onnx", kBranch);
  const auto expect = [&](ErrorCode code, const std::string& text, const std::string& graph) {
    expect_parts_refused(code, text,
                         {{Role::common, trunk}, {Role::exit, save("bad.onnx", graph)}, {Role::exit, branch}});
  };
  expect(ErrorCode::shape, "bad.onnx: its input 'v' is f32[N,4], and 't' of " + trunk.string() + " is f32[1,3]",
         "g (float[N,4] v) => (float[N,4] y) { y = Softmax(v) }");
  expect(ErrorCode::shape, "is f32[N,3,1,1], and 't'", "g (float[N,3,1,1] v) => (float[N,3] y) { y = Flatten(v) }");
  expect(ErrorCode::dtype, "bad.onnx: its input 'v' is f64[1,3], and 't' of " + trunk.string() + " is f32[1,3]",
         "g (double[N,3] v) => (float[N,3] y) { y = Cast<to = 1>(v) }");
  expect(ErrorCode::unsupported, "bad.onnx: has 2 inputs (v, w)",
         "g (float[N,3] v, float[N,3] w) => (float[N,3] y) { y = Add(v, w) }");
  expect(ErrorCode::unsupported, "bad.onnx: has 2 outputs (y, z)",
         "g (float[N,3] v) => (float[N,3] y, float[N,3] z) { y = Softmax(v) z = Neg(v) }");
  expect(ErrorCode::unsupported, "(Frobnicate-17)", "g (float[N,3] v) => (float[N,3] y) { y = Frobnicate(v) }");
}

TEST_F(BadCompose, PartsInAnOrderThatMakesNoNetwork) {
  const auto trunk = save("common.onnx", kTrunk);
  const auto branch = save("b.onnx", kBranch);
  expect_parts_refused(ErrorCode::argument, "the first part is the common one", {});
  expect_parts_refused(ErrorCode::argument, "the first part is the common one",
                       {{Role::exit, branch}, {Role::common, trunk}});
  expect_parts_refused(ErrorCode::argument, "more than one common part",
                       {{Role::common, trunk}, {Role::common, trunk}, {Role::exit, branch}});
  expect_parts_refused(ErrorCode::argument, "common.onnx: no exit follows it",
                       {{Role::common, trunk}, {Role::exit, branch}, {Role::then, trunk}});
  expect_parts_refused(ErrorCode::argument, "no exit stands between it and",
                       {{Role::common, trunk}, {Role::then, trunk}, {Role::then, trunk}, {Role::exit, branch}});
  expect_parts_refused(ErrorCode::argument, "1 exit is given", {{Role::common, trunk}, {Role::exit, branch}});
}

TEST_F(BadCompose, ANetworkThatDecidesAlready) {
  compose_heads(save("heads.onnx", kTwoHeads), std::vector<std::string>{"a", "b"}, leaves_above(0.5F),
                folder_ / "first.onnx");
  expect_refused(ErrorCode::unsupported, "(If) is a decision already", [&] {
    compose_heads(folder_ / "first.onnx", std::vector<std::string>{"a", "prediction"}, leaves_above(0.5F), out_);
  });
}

TEST_F(BadCompose, FilesThatAreNoModels) {
  const auto branch = save("b.onnx", kBranch);
  const auto expect = [&](ErrorCode code, const std::string& text, const std::filesystem::path& file) {
    expect_parts_refused(code, text, {{Role::common, file}, {Role::exit, branch}, {Role::exit, branch}});
  };
  expect(ErrorCode::file, "missing.onnx: there is no such file", folder_ / "missing.onnx");
  expect(ErrorCode::file, "is a folder", folder_.path());
  expect(ErrorCode::format, "text.onnx: is not an ONNX model", folder_.write("text.onnx", "no model"));
  expect(ErrorCode::format, "empty.onnx: the file is empty", folder_.write("empty.onnx", ""));
  onnx::ModelProto sparse = model_of(kTrunk);
  sparse.mutable_graph()->add_sparse_initializer()->add_dims(3);
  expect(ErrorCode::unsupported, "sparse.onnx: sparse initializers are not supported",
         save_onnx(folder_, "sparse.onnx", sparse));
  onnx::ModelProto outside = model_of(kTwoHeads);
  outside.mutable_graph()->mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
  outside.mutable_graph()->mutable_initializer(0)->add_external_data()->set_key("location");
  outside.mutable_graph()->mutable_initializer(0)->mutable_external_data(0)->set_value("gone.bin");
  expect(ErrorCode::file, "outside.onnx: tensor 'w': external data file", save_onnx(folder_, "outside.onnx", outside));
}

TEST_F(BadCompose, AnOutputThatCannotBeWritten) {
  const auto file = save("heads.onnx", kTwoHeads);
  const std::vector<std::string> heads = {"a", "b"};
  expect_error(ErrorCode::file, "cannot be written",
               [&] { compose_heads(file, heads, leaves_above(0.5F), folder_ / "missing" / "early.onnx"); });
  expect_error(ErrorCode::file, "is a folder", [&] { compose_heads(file, heads, leaves_above(0.5F), folder_.path()); });
}

TEST_F(BadCompose, WhatWasThereStays) {
  folder_.write("early.onnx", "before");
  expect_error(ErrorCode::argument, "there is no tensor", [&] {
    compose_heads(save("heads.onnx", kTwoHeads), std::vector<std::string>{"a", "c"}, leaves_above(0.5F), out_);
  });
  std::ostringstream text;
  text << std::ifstream(out_).rdbuf();
  EXPECT_EQ(text.str(), "before");
}

/// Damaged bytes: an error, or a model that is one.
TEST_F(BadCompose, DamagedPartsNeverCrash) {
  const auto trunk = save("common.onnx", kTrunk);
  const auto branch = save("b.onnx", kBranch);
  const std::string whole = model_of(kTwoHeads).SerializeAsString();
  const std::string head = model_of(kBranch).SerializeAsString();
  const auto attempt = [&](const std::string& heads_bytes, const std::string& branch_bytes) {
    const auto heads = folder_.write("damaged_heads.onnx", heads_bytes);
    const auto part = folder_.write("damaged_branch.onnx", branch_bytes);
    try {
      compose_heads(heads, std::vector<std::string>{"a", "b"}, leaves_above(0.5F), out_);
      import_onnx(out_, {});
    } catch (const Error&) {
    }
    try {
      compose_parts(std::vector<ComposePart>{{Role::common, trunk}, {Role::exit, part}, {Role::exit, branch}},
                    leaves_above(0.5F), out_);
      import_onnx(out_, {});
    } catch (const Error&) {
    }
    try {
      flatten_exits(part, out_);
    } catch (const Error&) {
    }
  };
  for (std::size_t size = 0; size < whole.size(); size += 3)
    attempt(whole.substr(0, size), head.substr(0, size % head.size()));
  for (std::size_t at = 0; at < whole.size(); at += 2) {
    std::string changed = whole;
    std::string changed_head = head;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    changed_head[at % head.size()] = static_cast<char>(at * 37);
    attempt(changed, changed_head);
  }
}

}  // namespace

}  // namespace exeunt
