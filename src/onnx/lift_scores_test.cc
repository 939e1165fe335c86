#include <cmath>
#include <random>

#include "onnx/lift_exits.h"
#include "support/onnx_text.h"
#include "support/run_graph.h"

namespace exeunt {

namespace {

using namespace testing;

const std::string kConstants =
    "<float t = {0.3}, float late = {0.6}, float one = {1}, float inverse = {0.91023922662}, float most = "
    "{1.09861228867}, float tiny = {1e-30}, float big = {1e9}, float half = {0.5}, float two = {2}, int64[1] k2 = {2}, "
    "int64[1] i0 = {0}, int64[1] i1 = {1}, int64[1] i2 = {2}, int64 s0 = {0}, int64 s1 = {1}, int64[1] last = {-1}, "
    "int64[2] each = {1, 1}>";

/// The graph whose output is the condition `c` that these nodes compute of logits x.
Graph plain(const std::string& nodes) {
  return import_text("g (float[1,3] x) => (bool c) " + kConstants + "{ " + nodes + " }");
}

/// The graph that goes on with x or its negative, by the condition.
Graph lifted(const std::string& nodes, const std::string& x = "float[1,3] x") {
  return import_text("g (" + x + ") => (float[] y) " + kConstants + "{ " + nodes +
                     " y = If (c) <then_branch = t () => (float[1,3] r) { r = Identity(x) },"
                     " else_branch = e () => (float[1,3] s) { s = Neg(x) }> }");
}

const Decision& root_decision(const Graph& graph) { return std::get<Decision>(graph.tree[0]); }

/// Expects that the nodes become this decision on the softmax of x, which takes the arm that the condition asks for,
/// and that nothing else of them is needed.
void expect_lifted(Criterion criterion, float threshold, const std::string& nodes) {
  SCOPED_TRACE(nodes);
  const Graph condition = plain(nodes);
  const Graph graph = lifted(nodes);
  const Decision& decision = root_decision(graph);
  EXPECT_EQ(decision.criterion, criterion);
  EXPECT_NEAR(decision.threshold, threshold, 1e-6);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 2);
  int held = 0;
  constexpr int kSamples = 60;
  for (int i = 0; i < kSamples; ++i) {
    const Tensor x = f32({1, 3}, {normal(random), normal(random), normal(random)});
    const bool holds = run_graph(condition, {x}).outputs[0].span<bool>()[0];
    held += holds ? 1 : 0;
    const float answer = run_graph(graph, {x}).outputs[0].span<float>()[0];
    EXPECT_EQ(answer, x.span<float>()[0] * (holds ? 1.0F : -1.0F));
  }
  EXPECT_TRUE(held > 0 && held < kSamples) << held;
  Graph needed = graph;
  remove_dead(needed);
  EXPECT_EQ(needed.nodes.size(), 3U) << print_graph(needed);
  EXPECT_EQ(op_name(needed.producer(root_decision(needed).input)->op), "Softmax");
}

const std::string kTop = "p = Softmax(x) v, i = TopK<axis = -1>(p, k2) ";
const std::string kSlices = kTop + "a = Slice(v, i0, i1, last) b = Slice(v, i1, i2, last) ";

TEST(LiftMargin, OfTheTwoLargestInAnySpelling) {
  for (const std::string& nodes : {
           kSlices + "d = Sub(a, b) m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)",
           kSlices + "d = Sub(a, b) m = ReduceMax(d) c = Less(t, m)",
           kSlices + "d = Sub(a, b) m = Squeeze(d) c = Greater(m, t)",
           kTop + "a, b = Split<axis = -1>(v, each) d = Sub(a, b) m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)",
           kTop + "a = Gather<axis = 1>(v, s0) b = Gather<axis = 1>(v, s1) d = Sub(a, b) m = Squeeze(d) "
                  "c = Greater(m, t)",
           kSlices + "d = Sub(a, b) m = ReduceMax<keepdims = 0>(d) u = LessOrEqual(m, t) c = Not(u)",
       }) {
    expect_lifted(Criterion::margin, 0.3F, nodes);
  }
}

TEST(LiftMargin, SwappedArmsLeaveWithTheOther) {
  const Graph graph = lifted(kSlices + "d = Sub(a, b) m = ReduceMax<keepdims = 0>(d) c = LessOrEqual(m, t)");
  EXPECT_EQ(root_decision(graph).criterion, Criterion::margin);
  const Answer sure = run_graph(graph, {f32({1, 3}, {9, 0, 0})});
  EXPECT_EQ(sure.exit, 0U);
  EXPECT_EQ(sure.outputs[0].span<float>()[0], -9) << "the else arm";
}

TEST(LiftMargin, OtherDifferencesArePredicates) {
  for (const std::string& nodes : {
           kSlices + "d = Sub(b, a) m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)",
           kSlices + "d = Sub(a, a) m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)",
           std::string("v, i = TopK<axis = -1>(x, k2) a = Slice(v, i0, i1, last) b = Slice(v, i1, i2, last) "
                       "d = Sub(a, b) m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)"),
           std::string("p = Softmax(x) v, i = TopK<axis = -1, largest = 0>(p, k2) a = Slice(v, i0, i1, last) "
                       "b = Slice(v, i1, i2, last) d = Sub(a, b) m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)"),
       }) {
    EXPECT_EQ(root_decision(lifted(nodes)).criterion, Criterion::predicate) << nodes;
  }
}

const std::string kGuarded = "p = Softmax(x) g = Max(p, tiny) l = Log(g) q = Mul(p, l) ";

TEST(LiftEntropy, OneMinusTheShareOfTheMostInAnySpelling) {
  for (const std::string& nodes : {
           kGuarded + "s = ReduceSum<keepdims = 0>(q, last) h = Neg(s) n = Mul(h, inverse) f = Sub(one, n) "
                      "m = ReduceMax<keepdims = 0>(f) c = Greater(m, t)",
           kGuarded + "s = ReduceSum(q, last) h = Neg(s) n = Div(h, most) f = Sub(one, n) m = ReduceMax(f) "
                      "c = Greater(m, t)",
           std::string("p = Softmax(x) l = Log(p) q = Mul(l, p) s = ReduceSum<keepdims = 0>(q) n = Mul(inverse, s) "
                       "f = Add(n, one) c = Greater(f, t)"),
           std::string("p = Softmax(x) g = Clip(p, tiny) l = Log(g) h = Neg(l) q = Mul(p, h) s = ReduceSum(q, last) "
                       "n = Mul(s, inverse) f = Sub(one, n) m = Squeeze(f) c = Less(t, m)"),
           std::string("p = Softmax(x) g = Add(p, tiny) l = Log(g) q = Mul(p, l) s = ReduceSum<keepdims = 0>(q) "
                       "n = Mul(inverse, s) f = Add(one, n) c = Greater(f, t)"),
           std::string("p = Softmax(x) l = LogSoftmax(x) q = Mul(p, l) s = ReduceSum<keepdims = 0>(q) "
                       "n = Mul(inverse, s) f = Add(n, one) c = Greater(f, t)"),
       }) {
    expect_lifted(Criterion::entropy, 0.3F, nodes);
  }
}

TEST(LiftEntropy, AnUpperLimitOfTheEntropyItselfBecomesALowerOneOfTheScore) {
  const std::string h = kGuarded + "s = ReduceSum<keepdims = 0>(q) h = Neg(s) ";
  const float threshold = 1 - 0.6F / std::log(3.0F);
  expect_lifted(Criterion::entropy, threshold, h + "c = Less(h, late)");
  expect_lifted(Criterion::entropy, threshold, h + "c = Greater(late, h)");
  expect_lifted(Criterion::entropy, threshold, h + "u = GreaterOrEqual(h, late) c = Not(u)");
}

TEST(LiftEntropy, OtherSumsArePredicates) {
  for (const char* nodes : {
           "p = Softmax(x) l = Log(p) q = Mul(l, x) s = ReduceSum<keepdims = 0>(q) c = Greater(s, t)",
           "p = Softmax(x) g = Max(p, half) l = Log(g) q = Mul(p, l) s = ReduceSum<keepdims = 0>(q) c = Greater(s, t)",
           "p = Softmax(x) q = Mul(p, p) s = ReduceSum<keepdims = 0>(q) c = Greater(s, t)",
           "p = Softmax(x) l = Log(p) q = Mul(p, l) s = ReduceSum<keepdims = 0>(q) e = Exp(s) c = Greater(e, t)",
       }) {
    EXPECT_EQ(root_decision(lifted(nodes)).criterion, Criterion::predicate) << nodes;
  }
}

TEST(LiftCombinations, OfAnOpenBatchAreThoseOfTheScores) {
  const std::string margin = kSlices + "d = Sub(a, b) ";
  EXPECT_EQ(root_decision(lifted(margin + "m = ReduceMax<keepdims = 0>(d) c = Greater(m, t)", "float[N,3] x")).combine,
            Combine::max);
  EXPECT_EQ(root_decision(lifted(margin + "m = ReduceMin<keepdims = 0>(d) c = Greater(m, t)", "float[N,3] x")).combine,
            Combine::min);
  const std::string entropy = kGuarded + "s = ReduceSum<keepdims = 0>(q, last) h = Neg(s) ";
  EXPECT_EQ(root_decision(lifted(entropy + "m = ReduceMax<keepdims = 0>(h) c = Less(m, late)", "float[N,3] x")).combine,
            Combine::min)
      << "the least sure sample decides";
}

TEST(FindTemperatures, OfLogitsThatAreDividedBeforeTheSoftmax) {
  for (const auto& [nodes, temperature] :
       {std::pair("z = Div(x, two) p = Softmax(z) m = ReduceMax<keepdims = 0>(p) c = Greater(m, t)", 2.0F),
        std::pair("z = Mul(x, two) p = Softmax(z) m = ReduceMax<keepdims = 0>(p) c = Greater(m, t)", 0.5F),
        std::pair("z = Mul(half, x) p = Softmax(z) m = ReduceMax<keepdims = 0>(p) c = Greater(m, t)", 2.0F)}) {
    SCOPED_TRACE(nodes);
    const Graph graph = lifted(nodes);
    const Decision& decision = root_decision(graph);
    EXPECT_EQ(decision.temperature, temperature);
    EXPECT_FALSE(decision.probabilities);
    EXPECT_EQ(decision.input, graph.inputs[0]);
  }
}

TEST(FindTemperatures, AFactorBeforeAHeadsOwnSoftmaxIsTheNetworks) {
  const Graph graph = import_text(
      "g (float[1,3] x) => (float[] y) <float two = {2}, float t = {0.5}> { z = Mul(x, two) p = Softmax(z) "
      "m = ReduceMax<keepdims = 0>(p) c = Greater(m, t) "
      "y = If (c) <then_branch = a () => (float[1,3] r) { r = Identity(p) }, "
      "else_branch = e () => (float[1,3] s) { s = Neg(x) }> }");
  EXPECT_EQ(root_decision(graph).temperature, 1);
  EXPECT_TRUE(root_decision(graph).probabilities);
}

}  // namespace

}  // namespace exeunt
