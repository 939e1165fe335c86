#include "graph/constant_eval.h"

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr ops::Unary kNeg{ops::UnaryFn::Neg};

const Node& producer(const Graph& graph, ValueId v) { return *graph.producer(v); }

TEST(EvaluateNode, ComputesFromConstantsByTheReference) {
  Graph graph;
  const ValueId a = graph.add_constant(f32({2}, {1, 2}));
  const ValueId sum = graph.add_node(ops::Binary{}, {a, graph.add_constant(f32({}, {10}))});
  const auto result = evaluate_node(graph, producer(graph, sum));
  ASSERT_NE(result, nullptr);
  EXPECT_THAT(values<float>(*result), ElementsAre(11, 12));
}

TEST(EvaluateNode, LooksNoFurtherThanTheOperands) {
  Graph graph;
  const ValueId once = graph.add_node(kNeg, {graph.add_constant(f32({1}, {1}))});
  const ValueId twice = graph.add_node(kNeg, {once});
  EXPECT_EQ(evaluate_node(graph, producer(graph, twice)), nullptr);
}

TEST(EvaluateNode, NeedsEveryOperand) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1}});
  const ValueId c = graph.add_constant(f32({1}, {1}));
  EXPECT_EQ(evaluate_node(graph, producer(graph, graph.add_node(ops::Binary{}, {x, c}))), nullptr);
  EXPECT_EQ(evaluate_node(graph, producer(graph, graph.add_node(ops::Binary{}, {c, x}))), nullptr);
}

TEST(EvaluateNode, TakesOperandsLeftOut) {
  Graph graph;
  const ops::Conv conv{.strides = {1}, .pads = {0, 0}, .dilations = {1}};
  const ValueId x = graph.add_constant(f32({1, 1, 2}, {1, 2}));
  const ValueId w = graph.add_constant(f32({1, 1, 1}, {3}));
  const ValueId r = graph.add_constant(f32({1, 1, 2}, {10, 20}));
  const auto result = evaluate_node(graph, producer(graph, graph.add_node(conv, {x, w, kNoValue, r})));
  ASSERT_NE(result, nullptr);
  EXPECT_THAT(values<float>(*result), ElementsAre(13, 26));
}

TEST(EvaluateNode, AShapeNeedsATypeOnly) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1, 3, 8}});
  const auto result = evaluate_node(graph, producer(graph, graph.add_node(ops::ShapeOf{}, {x})));
  ASSERT_NE(result, nullptr);
  EXPECT_THAT(values<std::int64_t>(*result), ElementsAre(1, 3, 8));
}

TEST(ConstantEvaluator, FollowsChains) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {2, 5}});
  const ValueId shape = graph.add_node(ops::ShapeOf{}, {x});
  const ValueId picked = graph.add_node(ops::Gather{}, {shape, graph.add_constant(i64({1}, {1}))});
  const ValueId product = graph.add_node(ops::Binary{ops::BinaryFn::Mul}, {picked, picked});
  ConstantEvaluator evaluator(graph);
  ASSERT_NE(evaluator.get(product), nullptr);
  EXPECT_THAT(values<std::int64_t>(*evaluator.get(product)), ElementsAre(25));
}

TEST(ConstantEvaluator, ReturnsConstantsThemselvesAndNothingForInputs) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1}});
  const ValueId c = graph.add_constant(f32({1}, {1}));
  const ValueId sum = graph.add_node(ops::Binary{}, {c, x});
  const ValueId user = graph.add_node(kNeg, {sum});
  ConstantEvaluator evaluator(graph);
  EXPECT_EQ(evaluator.get(c), graph.value(c).constant);
  EXPECT_EQ(evaluator.get(x), nullptr);
  EXPECT_EQ(evaluator.get(user), nullptr);
  EXPECT_EQ(evaluator.get(sum), nullptr);
}

TEST(ConstantEvaluator, ComputesEachValueOnce) {
  Graph graph;
  const ValueId once = graph.add_node(kNeg, {graph.add_constant(f32({1}, {1}))});
  const ValueId sum = graph.add_node(ops::Binary{}, {once, once});
  ConstantEvaluator evaluator(graph);
  const auto first = evaluator.get(once);
  ASSERT_NE(evaluator.get(sum), nullptr);
  EXPECT_EQ(evaluator.get(once), first);
  EXPECT_EQ(evaluator.get(sum), evaluator.get(sum));
}

TEST(ConstantEvaluator, SeesWhatIsAddedLater) {
  Graph graph;
  const ValueId c = graph.add_constant(f32({1}, {1}));
  ConstantEvaluator evaluator(graph);
  EXPECT_NE(evaluator.get(c), nullptr);
  const ValueId later = graph.add_node(kNeg, {c});
  ASSERT_NE(evaluator.get(later), nullptr);
  EXPECT_THAT(values<float>(*evaluator.get(later)), ElementsAre(-1));
}

TEST(ConstantEvaluator, ManagesChainsLongerThanTheStack) {
  Graph graph;
  ValueId v = graph.add_constant(f32({1}, {1}));
  for (int i = 0; i < 200'001; ++i) v = graph.add_node(kNeg, {v});
  ConstantEvaluator evaluator(graph);
  ASSERT_NE(evaluator.get(v), nullptr);
  EXPECT_THAT(values<float>(*evaluator.get(v)), ElementsAre(-1));
}

}  // namespace

}  // namespace exeunt
