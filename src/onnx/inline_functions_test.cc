#include "onnx/inline_functions.h"

#include <onnx/defs/parser.h>

#include <stdexcept>

#include "support/onnx_text.h"
#include "support/run_graph.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// A model whose graph "(float[1,2] x) => (float[] y)" has these nodes, with functions of domain `f`.
onnx::ModelProto model_with(const std::string& nodes, const std::string& functions) {
  const std::string text = "<ir_version: 8, opset_import: [\"\" : 17, \"f\" : 1]> g (float[1,2] x) => (float[] y) { " +
                           nodes + " } " + functions;
  onnx::ModelProto model;
  const auto status = onnx::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) throw std::runtime_error(status.ErrorMessage() + "\n" + text);
  return model;
}

std::vector<float> answer(const onnx::ModelProto& model) {
  return values<float>(run_graph(import_onnx(model, {}), {f32({1, 2}, {1, -2})}).outputs[0]);
}

std::string function(const std::string& signature, const std::string& nodes, const std::string& opset = "17") {
  return "<domain: \"f\", opset_import: [\"\" : " + opset + ", \"f\" : 1]> " + signature + " { " + nodes + " } ";
}

TEST(InlineFunctions, TheBodyTakesThePlaceOfTheCall) {
  const auto model = model_with("y = f.twice(x)", function("twice (a) => (b)", "b = Add(a, a)"));
  EXPECT_THAT(answer(model), ElementsAre(2, -4));
}

TEST(InlineFunctions, NamesOfABodyAreItsOwn) {
  const auto model =
      model_with("t = Neg(x) u = f.next(t) y = f.next(u)", function("next (x) => (y)", "t = Add(x, x) y = Neg(t)"));
  EXPECT_THAT(answer(model), ElementsAre(-4, 8));
}

TEST(InlineFunctions, FunctionsCallFunctions) {
  const auto model = model_with("y = f.four(x)", function("four (a) => (b)", "c = f.twice(a) b = f.twice(c)") +
                                                     function("twice (a) => (b)", "b = Add(a, a)"));
  EXPECT_THAT(answer(model), ElementsAre(4, -8));
}

TEST(InlineFunctions, AttributesAreHandedOn) {
  const std::string functions =
      function("top <axis> (a) => (b)", "b = f.sum <axis: ints = @axis>(a)") +
      function("sum <axis> (a) => (b)", "b = ReduceMax <axes: ints = @axis, keepdims = 0>(a)");
  EXPECT_THAT(answer(model_with("y = f.top <axis = [1]>(x)", functions)), ElementsAre(1));
  EXPECT_THAT(answer(model_with("y = f.top <axis = [0]>(x)", functions)), ElementsAre(1, -2));
  EXPECT_THAT(answer(model_with("y = f.top(x)", functions)), ElementsAre(1));
}

TEST(InlineFunctions, ABodyHasAnOpsetOfItsOwn) {
  // Before opset 13 a softmax along axis 0 takes all axes as one.
  const auto model = model_with("z = Softmax <axis = 0>(x) v = f.old(x) y = Concat <axis = 1>(z, v)",
                                function("old (a) => (b)", "b = Softmax <axis = 0>(a)", "12"));
  const std::vector<float> y = answer(model);
  EXPECT_THAT(std::vector<float>(y.begin(), y.begin() + 2), ElementsAre(1, 1));
  EXPECT_NEAR(y[2] + y[3], 1, 1e-6);
  expect_error(ErrorCode::unsupported, "uses opset 5",
               [] { import_onnx(model_with("y = f.old(x)", function("old (a) => (b)", "b = Neg(a)", "5")), {}); });
}

TEST(InlineFunctions, ABodyMayDecide) {
  const std::string nodes =
      "m = ReduceMax <keepdims = 0>(a) z = Constant <value = float {0}>() c = Greater(m, z) "
      "b = If (c) <then_branch = t () => (float[] p) { p = Add(a, a) }, else_branch = e () => (float[] q) "
      "{ q = Neg(a) }>";
  const auto model = model_with("y = f.choose(x)", function("choose (a) => (b)", nodes));
  const Graph graph = import_onnx(model, {});
  EXPECT_EQ(exits_of(graph).size(), 2U);
  EXPECT_THAT(values<float>(run_graph(graph, {f32({1, 2}, {1, -2})}).outputs[0]), ElementsAre(2, -4));
  EXPECT_THAT(values<float>(run_graph(graph, {f32({1, 2}, {-1, -2})}).outputs[0]), ElementsAre(1, 2));
}

TEST(InlineFunctions, AnOperandMayBeAResult) {
  const auto model = model_with("u, v = f.both(x) y = Add(u, v)", function("both (a) => (a, b)", "b = Add(a, a)"));
  EXPECT_THAT(answer(model), ElementsAre(3, -6));
}

TEST(InlineFunctions, OperandsMayBeLeftOut) {
  const auto model = model_with("l = Constant <value = float {0}>() y = f.cut(x, l)",
                                function("cut (a, low) => (b)", "b = Max(a, low)"));
  EXPECT_THAT(answer(model), ElementsAre(1, 0));
  expect_error(ErrorCode::format, "with 2 inputs",
               [] { import_onnx(model_with("y = f.twice(x, x)", function("twice (a) => (b)", "b = Add(a, a)")), {}); });
}

TEST(InlineFunctions, DefaultsOfAttributesAreUsed) {
  auto model =
      model_with("y = f.top(x)", function("top (a) => (b)", "b = ReduceMax <axes: ints = @axis, keepdims = 0>(a)"));
  onnx::AttributeProto axis;
  axis.set_name("axis");
  axis.set_type(onnx::AttributeProto::INTS);
  axis.add_ints(0);
  // attribute_proto, which Debian's schema does not know yet.
  model.mutable_functions(0)->mutable_unknown_fields()->AddLengthDelimited(11, axis.SerializeAsString());
  EXPECT_THAT(answer(model), ElementsAre(1, -2));
}

TEST(InlineFunctions, RefusesRecursionAndBombs) {
  expect_error(ErrorCode::format, "calls itself", [] {
    import_onnx(
        model_with("y = f.a(x)", function("a (p) => (q)", "q = f.b(p)") + function("b (p) => (q)", "q = f.a(p)")), {});
  });
  std::string functions = function("f0 (a) => (b)", "b = Neg(a)");
  for (int i = 1; i < 24; ++i) {
    functions += function(fmt::format("f{} (a) => (b)", i), fmt::format("t = f.f{0}(a) b = f.f{0}(t)", i - 1));
  }
  expect_error(ErrorCode::unsupported, "nodes", [&] { import_onnx(model_with("y = f.f23(x)", functions), {}); });
}

TEST(InlineFunctions, UnknownFunctionsAreNamed) {
  expect_error(ErrorCode::unsupported, "f.nobody", [] { import_onnx(model_with("y = f.nobody(x)", ""), {}); });
}

}  // namespace

}  // namespace exeunt
