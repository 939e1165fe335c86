#include "support/onnx_text.h"
#include "support/run_graph.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// A loop over state `s` from x that adds the step's number, and collects the states.
std::string counting_loop(const std::string& trips, const std::string& condition) {
  return "g (float[1] x, int64 m = {" + trips + "}, bool c = {" + condition +
         "}) => (float[] y, float[] all) { y, all = Loop(m, c, x) <body = b (int64 i, bool c_in, float[1] s) => "
         "(bool c_out, float[1] t, float[1] row) "
         "{ c_out = Identity(c_in) f = Cast<to = 1>(i) t = Add(s, f) row = Identity(t) }> }";
}

TEST(ImportLoop, CopiesTheBodyForEachStep) {
  const Answer answer = run_graph(import_text(counting_loop("4", "1")), {f32({1}, {10})});
  EXPECT_THAT(values<float>(answer.outputs[0]), ElementsAre(16));
  EXPECT_EQ(answer.outputs[1].shape(), (Shape{4, 1}));
  EXPECT_THAT(values<float>(answer.outputs[1]), ElementsAre(10, 11, 13, 16));
}

TEST(ImportLoop, NoStepPassesTheStateOn) {
  for (const auto& [trips, condition] : {std::pair{"0", "1"}, {"-3", "1"}, {"5", "0"}}) {
    const Answer answer = run_graph(import_text(counting_loop(trips, condition)), {f32({1}, {10})});
    EXPECT_THAT(values<float>(answer.outputs[0]), ElementsAre(10));
    EXPECT_EQ(answer.outputs[1].shape(), (Shape{0, 1}));
  }
}

/// A model of whose node the operands named `none` are left out; texts have no word for a first operand left out.
Graph import_with_none(const std::string& text) {
  onnx::ModelProto model = model_of(text);
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    for (std::string& name : *node.mutable_input()) {
      if (name == "none") name.clear();
    }
  }
  return import_onnx(model, {});
}

TEST(ImportLoop, EndsWhenItsConditionDoes) {
  const Graph graph = import_with_none(
      "g (float[1] x, int64 three = {3}) => (float[] y) { y = Loop(none, none, x) <body = b (int64 i, bool c_in, "
      "float[1] s) "
      "=> (bool c_out, float[1] t) { c_out = Less(i, three) t = Add(s, x) }> }");
  EXPECT_THAT(values<float>(run_graph(graph, {f32({1}, {1})}).outputs[0]), ElementsAre(5));
}

TEST(ImportLoop, WaitsForWhatItsBodyTakesFromAround) {
  const Graph graph = import_text(
      "g (float[1] x, int64 m = {2}, bool c = {1}) => (float[] y) "
      "{ y = Loop(m, c, x) <body = b (int64 i, bool c_in, float[1] s) => (bool c_out, float[1] t) "
      "{ c_out = Identity(c_in) t = Mul(s, later) }> later = Add(x, x) }");
  EXPECT_THAT(values<float>(run_graph(graph, {f32({1}, {3})}).outputs[0]), ElementsAre(108));
}

TEST(ImportLoop, RefusesWhatIsKnownOnlyAtRunTime) {
  const std::string body =
      "<body = b (int64 i, bool c_in, float[1] s) => (bool c_out, float[1] t) "
      "{ c_out = Greater(s, s) t = Identity(s) }>";
  expect_refused(ErrorCode::unsupported, "the number of steps depends", "float[1] x, int64 m, bool c = {1}",
                 "y = Loop(m, c, x) " + body);
  expect_refused(ErrorCode::unsupported, "the condition depends", "float[1] x, int64 m = {2}, bool c = {1}",
                 "y = Loop(m, c, x) " + body);
}

TEST(ImportLoop, RefusesAnEndlessLoopAndAWrongBody) {
  expect_error(ErrorCode::unsupported, "unroll to more than", [] {
    import_with_none(
        "g (float[1] x, bool c = {1}) => (float[] y) { y = Loop(none, c, x) "
        "<body = b (int64 i, bool c_in, float[1] s) => (bool c_in, float[1] s) { }> }");
  });
  expect_refused(ErrorCode::format, "the body has", "float[1] x, int64 m = {2}, bool c = {1}",
                 "y = Loop(m, c, x) <body = b (int64 i, bool c_in) => (bool c_in) { }>");
  expect_refused(ErrorCode::format, "has no body", "float[1] x, int64 m = {2}, bool c = {1}", "y = Loop(m, c, x)");
}

}  // namespace

}  // namespace exeunt
