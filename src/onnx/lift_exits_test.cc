#include "onnx/lift_exits.h"

#include "support/onnx_text.h"
#include "support/run_graph.h"

namespace exeunt {

namespace {

using namespace testing;

const float kBelowHalf = std::nextafter(0.5F, 0.0F);

/// Nodes that compute the condition `c` from x and its softmax p; the limit is 0.5 in several forms.
struct Condition {
  std::string nodes;
  int opset = 17;
  std::string x = "float[1,3] x";

  std::string head(const std::string& output) const {
    return "g (" + x + ") => (" + output +
           ") <float half = {0.5}, float[1] half1 = {0.5}, double half64 = {0.5}, float one = {1}, float zero = {0}, "
           "int64[1] last = {-1}, int64[1] first = {0}, int64[1] i1 = {1}, int64[1] two = {2}, int64[2] flat = {1, "
           "-1}> { p = "
           "Softmax(x) " +
           nodes;
  }

  /// The graph whose output is the condition.
  Graph plain() const { return import_text(head("bool c") + " }", opset); }

  /// The graph that answers 1 where the condition holds, else 2.
  Graph lifted() const {
    return import_text(head("float[1] y") +
                           " y = If (c) <then_branch = t () => (float[1] r) <float[1] r = {1}> {},"
                           " else_branch = e () => (float[1] s) <float[1] s = {2}> {}> }",
                       opset);
  }
};

/// Logits whose largest softmax is above, exactly at and below 0.5.
const std::vector<std::vector<float>> kLogits = {{5, 0, 0}, {0, 0, -1000}, {0, 0, 0}, {0, -2, 7}, {-1000, 0, 0}};

/// Expects that the lifted graph takes the arm that the condition asks for.
void expect_same_meaning(const Condition& condition) {
  const Graph plain = condition.plain();
  const Graph lifted = condition.lifted();
  const Shape shape = plain.type(plain.inputs[0]).shape;
  for (std::vector<float> logits : kLogits) {
    logits.resize(static_cast<std::size_t>(shape.elements()), -1000);
    const Tensor input = f32(shape, logits);
    const bool holds = run_graph(plain, {input}).outputs[0].span<bool>()[0];
    EXPECT_EQ(run_graph(lifted, {input}).outputs[0].span<float>()[0], holds ? 1 : 2)
        << ::testing::PrintToString(logits);
  }
}

const Decision& decision_of(const Graph& graph) { return std::get<Decision>(graph.tree[0]); }

void expect_max_prob(float threshold, const Condition& condition) {
  SCOPED_TRACE(condition.nodes);
  const Graph graph = condition.lifted();
  const Decision& decision = decision_of(graph);
  EXPECT_EQ(decision.criterion, Criterion::max_prob);
  EXPECT_EQ(decision.threshold, threshold);
  ASSERT_NE(graph.producer(decision.input), nullptr);
  EXPECT_TRUE(std::holds_alternative<ops::Softmax>(graph.producer(decision.input)->op));
  expect_same_meaning(condition);
}

void expect_predicate(const Condition& condition) {
  SCOPED_TRACE(condition.nodes);
  const Graph graph = condition.lifted();
  EXPECT_EQ(decision_of(graph).criterion, Criterion::predicate);
  EXPECT_EQ(decision_of(graph).threshold, kPredicateThreshold);
  EXPECT_EQ(graph.type(decision_of(graph).input).dtype, DType::boolean);
  expect_same_meaning(condition);
}

TEST(LiftCondition, StrictComparisonsKeepTheLimit) {
  expect_max_prob(0.5F, {"m = ReduceMax(p) c = Greater(m, half)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) c = Less(half, m)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) c = LessOrEqual(m, half)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) c = GreaterOrEqual(half, m)"});
}

TEST(LiftCondition, OthersGetTheNextSmallerOne) {
  expect_max_prob(kBelowHalf, {"m = ReduceMax(p) c = GreaterOrEqual(m, half)"});
  expect_max_prob(kBelowHalf, {"m = ReduceMax(p) c = LessOrEqual(half, m)"});
  expect_max_prob(kBelowHalf, {"m = ReduceMax(p) c = Less(m, half)"});
  expect_max_prob(kBelowHalf, {"m = ReduceMax(p) c = Greater(half, m)"});
}

TEST(LiftCondition, SamplesThatAreSureLeave) {
  const std::vector<std::pair<const char*, float>> arm_of_the_sure = {
      {"c = Greater(m, half)", 1}, {"c = Less(m, half)", 2}, {"n = Greater(m, half) c = Not(n)", 2}};
  for (const auto& [nodes, arm] : arm_of_the_sure) {
    const Graph graph = Condition{std::string("m = ReduceMax(p) ") + nodes}.lifted();
    const Answer answer = run_graph(graph, {f32({1, 3}, {9, 0, 0})});
    EXPECT_EQ(answer.exit, 0U) << nodes;
    EXPECT_EQ(answer.outputs[0].span<float>()[0], arm) << nodes;
  }
}

TEST(LiftCondition, AScoreThatIsNotANumberStays) {
  for (const char* nodes : {"c = Greater(m, half)", "c = Less(half, m)", "c = Less(m, half)"}) {
    const Graph graph = Condition{std::string("m = ReduceMax(p) ") + nodes}.lifted();
    EXPECT_EQ(run_graph(graph, {f32({1, 3}, {kNaN, 0, 0})}).exit, 1U) << nodes;
  }
}

TEST(LiftCondition, NotTurnsTheArmsAround) {
  expect_max_prob(0.5F, {"m = ReduceMax(p) g = Greater(m, half) c = Not(g)"});
  expect_max_prob(kBelowHalf, {"m = ReduceMax(p) g = Less(m, half) c = Not(g)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) g = Greater(m, half) n = Not(g) i = Identity(n) c = Not(i)"});
}

TEST(LiftCondition, CastsBetweenBoolAndNumbersKeepTheTruth) {
  expect_max_prob(0.5F, {"m = ReduceMax(p) g = Greater(m, half) c = Cast<to = 9>(g)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) g = Greater(m, half) f = Cast<to = 1>(g) c = Cast<to = 9>(f)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) g = Greater(m, half) f = Cast<to = 7>(g) r = Reshape(f, last) "
                         "d = Cast<to = 9>(r) c = Not(d)"});
}

TEST(LiftCondition, TheMaximumMayBeTakenInAnyWay) {
  for (const char* attributes : {"keepdims = 0", "keepdims = 1", "axes = [1]", "axes = [-1], keepdims = 0",
                                 "axes = [0, 1]", "axes = [0, 1], keepdims = 0"}) {
    expect_max_prob(0.5F, {fmt::format("m = ReduceMax<{}>(p) c = Greater(m, half)", attributes)});
  }
  expect_max_prob(0.5F, {"m = ReduceMax(p, last) c = Greater(m, half)", 18});
  expect_max_prob(0.5F, {"m = ReduceMax<keepdims = 0>(p) c = Greater(m, half)", 23});
  expect_max_prob(0.5F, {"m = ReduceMax<axes = [1]>(p) n = ReduceMax(p) c = Greater(n, half)"});
}

TEST(LiftCondition, ViewsInBetweenDoNotMatter) {
  expect_max_prob(0.5F, {"q = Identity(p) m = ReduceMax(q) c = Greater(m, half)"});
  expect_max_prob(0.5F, {"q = Reshape(p, last) m = ReduceMax(q) c = Greater(m, half)"});
  expect_max_prob(0.5F, {"q = Squeeze(p, first) m = ReduceMax(q) c = Greater(m, half)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) n = Squeeze(m) i = Identity(n) c = Greater(i, half)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) n = Reshape(m, last) g = Greater(n, half) c = Squeeze(g)"});
  expect_max_prob(0.5F, {"q = Cast<to = 1>(p) m = ReduceMax(q) g = Greater(m, half) c = Reshape(g, last)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) c = Greater(m, half)", 11, "float[1,3,1,1] x"});
}

TEST(LiftCondition, TheLimitMayBeAnyConstant) {
  expect_max_prob(0.5F, {"m = ReduceMax(p) c = Greater(m, half1)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) h = Constant<value_float = 0.5>() c = Greater(m, h)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) h = Sub(one, half) c = Greater(m, h)"});
  expect_max_prob(0.5F, {"m = ReduceMax(p) h = Cast<to = 1>(half64) c = Greater(m, h)"});
}

TEST(LiftCondition, ShortFloatsHaveExactLimits) {
  // 10 is f16, 16 bf16; both hold 0.5, and nothing between it and the next smaller f32.
  for (const int type : {10, 16}) {
    const std::string nodes =
        fmt::format("x16 = Cast<to = {0}>(x) q = Softmax(x16) h = Cast<to = {0}>(half) m = ReduceMax(q) ", type);
    expect_max_prob(0.5F, {nodes + "c = Greater(m, h)"});
    expect_max_prob(kBelowHalf, {nodes + "c = GreaterOrEqual(m, h)"});
  }
}

TEST(LiftCondition, AnyOtherBooleanIsAPredicate) {
  for (const char* nodes : {
           "m = ReduceMax(x) c = Greater(m, half)",
           "s = Slice(p, first, two, last) m = ReduceMax(s) c = Greater(m, half)",
           "m = ReduceMax(p) c = Equal(m, half)",
           "m = ReduceMax(p) h = ReduceMean(p) c = Greater(m, h)",
           "m = ReduceMin(p) c = Greater(m, half)",
           "m = ReduceMax(p) l = Log(m) c = Greater(l, zero)",
           "m = ReduceMax(p) g = Greater(m, half) k = Less(m, one) c = And(g, k)",
           "m = ReduceMax(p) d = Cast<to = 11>(m) c = Greater(d, half64)",
           "x64 = Cast<to = 11>(x) q = Softmax(x64) m = ReduceMax(q) c = Greater(m, half64)",
           "s = Sigmoid(x) m = ReduceMax(s) c = Greater(m, half)",
           "m = ReduceMax(p) d = Sub(m, half) c = Cast<to = 9>(d)",
       }) {
    expect_predicate({nodes});
  }
}

TEST(LiftCondition, ASoftmaxOverPartOfTheTensorIsAPredicate) {
  expect_predicate({"m = ReduceMax(p) c = Greater(m, half)", 17, "float[2,3] x"});
  expect_predicate({"q = Softmax<axis = 0>(x) m = ReduceMax(q) c = Greater(m, half)"});
}

TEST(LiftCondition, ANegatedPredicateTurnsTheArmsAround) {
  const Condition condition{"m = ReduceMax(x) g = Greater(m, half) c = Not(g)"};
  expect_predicate(condition);
  const Graph graph = condition.lifted();
  EXPECT_EQ(op_name(graph.producer(decision_of(graph).input)->op), "Greater");
}

TEST(LiftCondition, ThePredicateOfTheCheaperArmLeaves) {
  const auto lifted = [](const std::string& condition) {
    return import_text("g (float[1,3] x, float h = {0.5}) => (float[] y) { m = ReduceMean(x) c = " + condition +
                       " y = If (c) <then_branch = t () => (float[1,3] r) { n = Neg(x) r = Tanh(n) }, "
                       "else_branch = e () => (float[1,3] s) { s = Abs(x) }> }");
  };
  for (const char* condition : {"LessOrEqual(m, h)", "Greater(m, h)"}) {
    const Graph graph = lifted(condition);
    const Decision& decision = decision_of(graph);
    EXPECT_EQ(op_name(graph.producer(decision.input)->op), "Not");
    const auto& exit = std::get<Exit>(graph.tree[static_cast<std::size_t>(decision.leave)]);
    EXPECT_EQ(op_name(graph.producer(exit.outputs[0])->op), "Abs");
  }
}

/// The score of one sample at the decision of a graph.
float score_of(Graph graph, const Tensor& sample) {
  const Decision decision = decision_of(graph);
  graph.tree = {Exit{{decision.input}, {}}};
  const Answer answer = run_graph(graph, {sample});
  return make_scorer(decision.criterion, decision.probabilities, answer.outputs[0].dtype(),
                     decision.temperature)(answer.outputs[0].view());
}

/// Expects that the combined scores of a batch take the arm that the condition, computed on the whole batch, asks for.
void expect_same_meaning_for_batches(const Condition& condition) {
  const Graph lifted = condition.lifted();
  const Decision& decision = decision_of(lifted);
  const std::vector<std::vector<float>> batches = {{2, 0, 0, 0, 0, 0},   {0, 0, 0, 0, 3, 0}, {2, 0, 0, 0, 3, 0},
                                                   {0, 0, 0, 0, 0, 0},   {9, 0, 0, 1, 1, 1}, {1, 1, 1, 9, 0, 0},
                                                   {-1, -1, 1, 0, 0, 0}, {1, 1, 1, 1, 1, 2}};
  for (const std::vector<float>& values : batches) {
    const Condition whole{condition.nodes, condition.opset, "float[2,3] x"};
    const bool holds = run_graph(whole.plain(), {f32({2, 3}, values)}).outputs[0].span<bool>()[0];
    std::vector<float> scores;
    for (const std::ptrdiff_t row : {0, 3})
      scores.push_back(score_of(lifted, f32({1, 3}, {values.begin() + row, values.begin() + row + 3})));
    const bool leaves = combine_scores(decision.combine, scores) > decision.threshold;
    const TreeId arm = leaves ? decision.leave : decision.stay;
    const ValueId answer = std::get<Exit>(lifted.tree[static_cast<std::size_t>(arm)]).outputs[0];
    EXPECT_EQ(lifted.constant(answer)->span<float>()[0], holds ? 1 : 2)
        << condition.nodes << " of " << ::testing::PrintToString(values);
  }
}

/// How a condition on a file's open batch combines the samples.
Combine combine_of(const std::string& nodes) {
  const Condition condition{nodes, 13, "float[N,3] x"};
  expect_same_meaning(condition);
  const Combine combine = decision_of(condition.lifted()).combine;
  if (combine != Combine::none) expect_same_meaning_for_batches(condition);
  return combine;
}

const std::string kEach = "e = ReduceMax<axes = [1], keepdims = 0>(p) ";

TEST(LiftCombination, OfTheScores) {
  EXPECT_EQ(combine_of("m = ReduceMax(p) c = Greater(m, half)"), Combine::max);
  EXPECT_EQ(combine_of("m = ReduceMax(p) c = Less(m, half)"), Combine::max);
  EXPECT_EQ(combine_of(kEach + "m = ReduceMax(e) c = Greater(m, half)"), Combine::max);
  EXPECT_EQ(combine_of(kEach + "m = ReduceMin(e) c = Greater(m, half)"), Combine::min);
  EXPECT_EQ(combine_of(kEach + "m = ReduceMin(e) c = LessOrEqual(m, half)"), Combine::min);
  EXPECT_EQ(combine_of(kEach + "m = ReduceMean(e) c = Greater(m, half)"), Combine::mean);
  EXPECT_EQ(combine_of(kEach + "m = Slice(e, first, i1) c = Greater(m, half)"), Combine::first);
  EXPECT_EQ(combine_of(kEach + "m = Gather(e, first) c = Greater(m, half)"), Combine::first);
  EXPECT_EQ(combine_of("s = Slice(p, first, i1, first) m = ReduceMax(s) c = Greater(m, half)"), Combine::first);
}

TEST(LiftCombination, StillFindsTheProbabilities) {
  for (const char* nodes : {"m = ReduceMin(e) c = Greater(m, half)", "m = ReduceMean(e) c = Greater(m, half)",
                            "m = Gather(e, first) c = Greater(m, half)"}) {
    expect_max_prob(0.5F, {kEach + nodes, 13, "float[N,3] x"});
  }
}

TEST(LiftCombination, OfTheBools) {
  const std::string bools = kEach + "g = Greater(e, half) f = Cast<to = 6>(g) ";
  EXPECT_EQ(combine_of(bools + "r = ReduceMax(f) c = Cast<to = 9>(r)"), Combine::max);
  EXPECT_EQ(combine_of(bools + "r = ReduceMin(f) c = Cast<to = 9>(r)"), Combine::min);
  EXPECT_EQ(combine_of(bools + "r = ReduceMin(f) d = Cast<to = 9>(r) c = Not(d)"), Combine::min);
}

TEST(LiftCombination, AllOfTheNegatedAreNoneOfThem) {
  const std::string unsure = kEach + "g = LessOrEqual(e, half) f = Cast<to = 6>(g) ";
  EXPECT_EQ(combine_of(unsure + "r = ReduceMax(f) c = Cast<to = 9>(r)"), Combine::min);
  EXPECT_EQ(combine_of(unsure + "r = ReduceMin(f) c = Cast<to = 9>(r)"), Combine::max);
  const std::string not_sure = kEach + "g = Greater(e, half) n = Not(g) f = Cast<to = 6>(n) ";
  EXPECT_EQ(combine_of(not_sure + "r = ReduceMax(f) c = Cast<to = 9>(r)"), Combine::min);
}

TEST(LiftCombination, OfAPredicatesScores) {
  EXPECT_EQ(combine_of("m = ReduceMax(x) c = Greater(m, half)"), Combine::max);
  EXPECT_EQ(combine_of("m = ReduceMin(x) c = Greater(m, half)"), Combine::min);
  EXPECT_EQ(combine_of("m = ReduceMax(x) c = Less(m, half)"), Combine::min);
}

TEST(LiftCombination, ThereIsNoneThatScoresWouldShow) {
  EXPECT_EQ(combine_of("m = ReduceMean(x) c = Greater(m, half)"), Combine::none);
  EXPECT_EQ(combine_of("m = ReduceSum(x) c = Greater(m, half)"), Combine::none);
  EXPECT_EQ(combine_of("m = ReduceMax(x) h = ReduceMean(x) c = Greater(m, h)"), Combine::none);
  EXPECT_EQ(combine_of(kEach + "c = Greater(e, half)"), Combine::none) << "one bool a sample";
}

TEST(LiftCondition, ABoolInputIsAPredicate) {
  const Graph graph = import_text(
      "g (float[1,3] x, bool[1] c) => (float[] y) { y = If (c) <then_branch = t () => (float[1,3] r) { r = Neg(x) },"
      " else_branch = e () => (float[1,3] s) { s = Abs(x) }> }");
  EXPECT_EQ(decision_of(graph).criterion, Criterion::predicate);
  EXPECT_EQ(decision_of(graph).input, graph.inputs[1]);
}

}  // namespace

}  // namespace exeunt
