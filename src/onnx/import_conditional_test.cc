#include "support/onnx_text.h"
#include "support/run_graph.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The graph's text without names.
std::string text_of(const std::string& graph) { return print_graph(import_text(graph), {.node_names = false}); }

/// "t () => (float[1,3] NAME) { NAME = OP(x) }".
std::string arm(const std::string& name, const std::string& value) {
  return fmt::format("t () => (float[1,3] {0}) {{ {0} = {1} }}", name, value);
}

std::string if_else(const std::string& condition, const std::string& then_arm, const std::string& else_arm) {
  return fmt::format("If ({}) <then_branch = {}, else_branch = {}>", condition, then_arm, else_arm);
}

/// What the graph answers to x = 1, 2, 3 and these conditions, which are its other inputs.
Answer answer(const Graph& graph, const std::vector<bool>& conditions) {
  std::vector<Tensor> inputs;
  inputs.push_back(counting({1, 3}));
  for (const bool condition : conditions) inputs.push_back(boolean({}, {condition}));
  return run_graph(graph, {inputs.begin(), inputs.end()});
}

TEST(ImportConditional, ArmsBecomeExits) {
  EXPECT_EQ(text_of("g (float[1,3] x) => (float[] y) <float c = {0.9}> { p = Softmax(x) m = ReduceMax(p)"
                    " t = Greater(m, c) y = " +
                    if_else("t", arm("r", "Identity(p)"), arm("s", "Neg(x)")) + " }"),
            "input %0 f32[1,3] \"x\"\n"
            "%1 f32[1,3] = Softmax(%0)\n"
            "%2 f32[1,3] = Identity(%1)\n"
            "%3 f32[1,3] = Neg(%0)\n"
            "output \"y\"\n"
            "decide max_prob(%1) > 0.9 {\n"
            "  exit(%2) predicts(0, 0, 3, true)\n"
            "  exit(%3) predicts(0, 0, 3, false)\n"
            "}\n");
}

TEST(ImportConditional, HasAsManyOutputsAsItLikes) {
  EXPECT_EQ(text_of(R"(g (float[1,3] x, bool c) => (float[] a, int64[] flag, float[] b) {
      a, flag, b = If (c) <
        then_branch = t () => (float[1,3] r, int64 early, float[1,3] x) <int64 early = {1}> { r = Neg(x) },
        else_branch = e () => (float[1,3] s, int64 late, float[1,3] q) <int64 late = {0}> { s = Abs(x) q = Exp(s) }> })"),
            "input %0 f32[1,3] \"x\"\n"
            "input %1 bool[] \"c\"\n"
            "%2 f32[1,3] = Neg(%0)\n"
            "%3 f32[1,3] = Abs(%0)\n"
            "%4 f32[1,3] = Exp(%3)\n"
            "const %5 i64[] = {1}\n"
            "const %6 i64[] = {0}\n"
            "output \"a\"\n"
            "output \"flag\"\n"
            "output \"b\"\n"
            "decide predicate(%1) > 0.5 {\n"
            "  exit(%2, %5, %0) predicts(0, 0, 3, false)\n"
            "  exit(%3, %6, %4) predicts(0, 0, 3, false)\n"
            "}\n");
}

TEST(ImportConditional, OutputsMayBeLeftOut) {
  const Graph graph = import_text(R"(g (float[1,3] x, bool c) => (float[] y) {
      y, , z = If (c) <
        then_branch = t () => (float[1,3] r, float[1,3] u, float[1,3] v) { r = Neg(x) u = Exp(x) v = Abs(x) },
        else_branch = e () => (float[1,3] s, float[1,3] w, float[1,3] q, float[1,3] more)
          { s = Abs(x) w = Exp(x) q = Exp(s) more = Exp(q) }> })");
  EXPECT_EQ(exits_of(graph).size(), 2U);
}

TEST(ImportConditional, ArmsSeeValuesAndWeightsAroundThem) {
  const Graph graph = import_text(R"(g (float[1,3] x, bool c) => (float[] y) <float[3] w = {10, 20, 30}> {
      a = Neg(x)
      y = If (c) <
        then_branch = t () => (float[1,3] r) { r = Add(a, w) },
        else_branch = e () => (float[1,3] s) <float[3] same = {10, 20, 30}> { u = Mul(a, w) s = Add(u, same) }> })");
  EXPECT_EQ(nodes_text(graph),
            "%2 f32[1,3] = Neg(%0)\n"
            "const %3 f32[3] = {10, 20, 30}\n"
            "%4 f32[1,3] = Add(%2, %3)\n"
            "%5 f32[1,3] = Mul(%2, %3)\n"
            "%6 f32[1,3] = Add(%5, %3)");
  EXPECT_THAT(numbers(answer(graph, {true}).outputs[0]), ElementsAre(9, 18, 27));
  EXPECT_THAT(numbers(answer(graph, {false}).outputs[0]), ElementsAre(0, -20, -60));
}

TEST(ImportConditional, ArmsMayUseNamesThatAreGivenOutsideLater) {
  const Graph graph = import_text(R"(g (float[1,3] x, bool c) => (float[] y) {
      q = If (c) <then_branch = t () => (float[1,3] q) { y = Neg(x) q = Exp(y) },
                  else_branch = e () => (float[1,3] q) { q = Abs(x) }>
      y = Relu(q) })");
  EXPECT_EQ(exits_of(graph).size(), 2U);
  EXPECT_THAT(numbers(answer(graph, {false}).outputs[0]), ElementsAre(1, 2, 3));
}

TEST(ImportConditional, NestedInTheThenArm) {
  const Graph graph = import_text(
      "g (float[1,3] x, bool c, bool d) => (float[] y) { y = " +
      if_else("c", arm("r", if_else("d", arm("a", "Neg(x)"), arm("b", "Abs(x)"))), arm("s", "Sign(x)")) + " }");
  ASSERT_EQ(exits_of(graph).size(), 3U);
  EXPECT_EQ(answer(graph, {true, true}).exit, 0U);
  EXPECT_EQ(answer(graph, {true, false}).exit, 1U);
  EXPECT_EQ(answer(graph, {false, true}).exit, 2U);
  EXPECT_THAT(numbers(answer(graph, {true, true}).outputs[0]), ElementsAre(-1, -2, -3));
  EXPECT_THAT(numbers(answer(graph, {true, false}).outputs[0]), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers(answer(graph, {false, false}).outputs[0]), ElementsAre(1, 1, 1));
}

TEST(ImportConditional, NestedInTheElseArm) {
  const Graph graph = import_text(
      "g (float[1,3] x, bool c, bool d) => (float[] y) { h = Neg(x) y = " +
      if_else("c", arm("r", "Identity(h)"), arm("s", if_else("d", arm("a", "Exp(h)"), arm("b", "Abs(h)")))) + " }");
  ASSERT_EQ(exits_of(graph).size(), 3U);
  EXPECT_EQ(answer(graph, {true, false}).exit, 0U);
  EXPECT_EQ(answer(graph, {false, true}).exit, 1U);
  EXPECT_EQ(answer(graph, {false, false}).exit, 2U);
  EXPECT_THAT(numbers(answer(graph, {false, false}).outputs[0]), ElementsAre(1, 2, 3));
}

TEST(ImportConditional, AConstantConditionLeavesOneArm) {
  ImportNotes notes;
  const Graph graph = import_text(R"(g (float[N,3] x) => (float[] y) <int64 three = {3}, int64 one = {1}> {
      s = Shape(x)
      k = Gather(s, one)
      same = Equal(k, three)
      y = If (same) <then_branch = t () => (float[1,3] r) { r = Relu(x) },
                     else_branch = e () => (float[1,3] q) { u = Foo(x) q = Bar(u) }> })",
                                  17, {}, &notes);
  EXPECT_EQ(nodes_text(graph), "%1 f32[1,3] = Relu(%0)");
  EXPECT_EQ(graph.tree.size(), 1U);
  EXPECT_EQ(notes.conditionals, 1);
  EXPECT_EQ(notes.folded_conditionals, 1);
}

TEST(ImportConditional, ManyConstantConditionsFollowOneAnother) {
  std::string nodes = "y0 = Neg(x) ";
  for (int i = 0; i < 200; ++i) {
    nodes += fmt::format(
        "y{} = {} ", i + 1,
        if_else(i % 2 == 0 ? "yes" : "no", arm("r", fmt::format("Neg(y{})", i)), arm("s", fmt::format("Abs(y{})", i))));
  }
  const Graph graph = import_text("g (float[1,3] x, bool yes = {1}, bool no = {0}) => (float[] y200) {" + nodes + "}");
  EXPECT_EQ(graph.tree.size(), 1U);
  EXPECT_EQ(graph.nodes.size(), 201U);
}

TEST(ImportConditional, WhatFollowsMovesIntoBothArms) {
  EXPECT_EQ(text_of("g (float[1,3] x, bool c) => (float[] y) <float[3] w = {1, 2, 3}> { q = " +
                    if_else("c", arm("r", "Neg(x)"), arm("s", "Abs(x)")) + " l = Add(q, w) y = Softmax(l) }"),
            "input %0 f32[1,3] \"x\"\n"
            "input %1 bool[] \"c\"\n"
            "%2 f32[1,3] = Neg(%0)\n"
            "const %3 f32[3] = {1, 2, 3}\n"
            "%4 f32[1,3] = Add(%2, %3)\n"
            "%5 f32[1,3] = Softmax(%4)\n"
            "%6 f32[1,3] = Abs(%0)\n"
            "%7 f32[1,3] = Add(%6, %3)\n"
            "%8 f32[1,3] = Softmax(%7)\n"
            "output \"y\"\n"
            "decide predicate(%1) > 0.5 {\n"
            "  exit(%5) predicts(0, 0, 3, true)\n"
            "  exit(%8) predicts(0, 0, 3, true)\n"
            "}\n");
}

TEST(ImportConditional, AFlagConcatenatedAfterwards) {
  const Graph graph = import_text(R"(g (float[1,3] x, bool c) => (float[] y) {
      q, f = If (c) <
        then_branch = t () => (float[1,3] r, float[1,1] early) <float[1,1] early = {1}> { r = Softmax(x) },
        else_branch = e () => (float[1,3] s, float[1,1] late) <float[1,1] late = {0}> { n = Neg(x) s = Softmax(n) }>
      y = Concat<axis = 1>(q, f) })");
  for (const bool early : {true, false}) {
    const Answer result = answer(graph, {early});
    EXPECT_EQ(result.outputs[0].shape(), (Shape{1, 4}));
    EXPECT_EQ(numbers(result.outputs[0])[3], early ? 1 : 0);
    EXPECT_EQ(result.exit, early ? 0U : 1U);
  }
  for (const TreeId exit : exits_of(graph)) {
    EXPECT_EQ(std::get<Exit>(graph.tree[static_cast<std::size_t>(exit)]).prediction, (Prediction{0, 0, 3, true}));
  }
}

TEST(ImportConditional, WhatDoesNotDependOnItIsImportedOnce) {
  EXPECT_EQ(text_of("g (float[1,3] x, bool c) => (float[] y, float[] z) { y = " +
                    if_else("c", arm("r", "Neg(x)"), arm("s", "Abs(x)")) + " k = Exp(x) z = Sqrt(k) }"),
            "input %0 f32[1,3] \"x\"\n"
            "input %1 bool[] \"c\"\n"
            "%2 f32[1,3] = Neg(%0)\n"
            "%3 f32[1,3] = Exp(%0)\n"
            "%4 f32[1,3] = Sqrt(%3)\n"
            "%5 f32[1,3] = Abs(%0)\n"
            "output \"y\"\n"
            "output \"z\"\n"
            "decide predicate(%1) > 0.5 {\n"
            "  exit(%2, %4) predicts(0, 0, 3, false)\n"
            "  exit(%5, %4) predicts(0, 0, 3, false)\n"
            "}\n");
}

TEST(ImportConditional, ConstantsBehindItCountOnce) {
  ImportNotes notes;
  import_text(
      "g (float[1,3] x, bool c, bool d) => (float[] y) { q = " + if_else("c", arm("r", "Neg(x)"), arm("s", "Abs(x)")) +
          "y = If (d) <then_branch = t () => (float[1,3] a) { k = Constant<value = float[3] {1, 2, 3}>()"
          " a = Add(q, k) }, else_branch = e () => (float[1,3] b) { b = Exp(q) }> }",
      17, {}, &notes);
  EXPECT_EQ(notes.constant_bytes, 12U);
  EXPECT_EQ(notes.duplicate_bytes, 0U);
  EXPECT_EQ(notes.conditionals, 2);
}

TEST(ImportConditional, TwoInSequenceMakeFourExits) {
  const Graph graph = import_text(
      "g (float[1,3] x, bool c, bool d) => (float[] y) { q = " + if_else("c", arm("r", "Neg(x)"), arm("s", "Sign(x)")) +
      " y = " + if_else("d", arm("a", "Add(q, q)"), arm("b", "Abs(q)")) + " }");
  ASSERT_EQ(exits_of(graph).size(), 4U);
  std::size_t exit = 0;
  for (const bool c : {true, false}) {
    for (const bool d : {true, false}) EXPECT_EQ(answer(graph, {c, d}).exit, exit++);
  }
  EXPECT_THAT(numbers(answer(graph, {true, true}).outputs[0]), ElementsAre(-2, -4, -6));
  EXPECT_THAT(numbers(answer(graph, {true, false}).outputs[0]), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers(answer(graph, {false, true}).outputs[0]), ElementsAre(2, 2, 2));
  EXPECT_THAT(numbers(answer(graph, {false, false}).outputs[0]), ElementsAre(1, 1, 1));
}

TEST(ImportConditional, AFlagThatOneArmSetsDecidesTheSecondThere) {
  // A chain of exits spelt as a sequence: who is done after the first passes the second by.
  const Graph graph = import_text(R"(g (float[1,3] x, bool c, bool d) => (float[] y) {
      q, more = If (c) <
        then_branch = t () => (float[1,3] r, bool no) <bool no = {0}> { r = Neg(x) },
        else_branch = e () => (float[1,3] s, bool open) { s = Sign(x) open = Identity(d) }>
      y = If (more) <then_branch = u () => (float[1,3] a) { a = Add(q, q) },
                     else_branch = v () => (float[1,3] b) { b = Identity(q) }> })");
  ASSERT_EQ(exits_of(graph).size(), 3U);
  EXPECT_EQ(answer(graph, {true, true}).exit, 0U);
  EXPECT_THAT(numbers(answer(graph, {true, true}).outputs[0]), ElementsAre(-1, -2, -3));
  EXPECT_EQ(answer(graph, {false, true}).exit, 1U);
  EXPECT_THAT(numbers(answer(graph, {false, true}).outputs[0]), ElementsAre(2, 2, 2));
  EXPECT_EQ(answer(graph, {false, false}).exit, 2U);
}

TEST(ImportConditional, OneMayBeUsedOnlyInAnotherOnesArm) {
  const Graph graph = import_text(
      "g (float[1,3] x, bool c, bool d) => (float[] y) { y = " + if_else("d", arm("a", "Exp(q)"), arm("b", "Abs(x)")) +
      " q = " + if_else("c", arm("r", "Neg(x)"), arm("s", "Sign(x)")) + " }");
  EXPECT_NEAR(numbers(answer(graph, {true, true}).outputs[0])[0], std::exp(-1), 1e-6);
  EXPECT_NEAR(numbers(answer(graph, {false, true}).outputs[0])[0], std::exp(1), 1e-6);
  EXPECT_EQ(numbers(answer(graph, {true, false}).outputs[0])[1], 2);
  EXPECT_EQ(numbers(answer(graph, {false, false}).outputs[0])[2], 3);
}

/// `count` conditionals in sequence on inputs c1, c2, ...
std::string sequence(int count) {
  std::string inputs = "float[1,3] y0";
  std::string nodes;
  for (int i = 1; i <= count; ++i) {
    inputs += fmt::format(", bool c{}", i);
    nodes += fmt::format("y{} = {} ", i,
                         if_else(fmt::format("c{}", i), arm("r", fmt::format("Neg(y{})", i - 1)),
                                 arm("s", fmt::format("Abs(y{})", i - 1))));
  }
  return fmt::format("g ({}) => (float[] y{}) {{ {} }}", inputs, count, nodes);
}

TEST(ImportConditional, SequencesMultiplyTo64ExitsAtMost) {
  EXPECT_EQ(exits_of(import_text(sequence(6))).size(), 64U);
  expect_error(ErrorCode::unsupported,
               "the conditionals multiply to more than 64 exits; on the last path: y1, y2, y3, y4, y5, y6, y7",
               [] { import_text(sequence(7)); });
}

TEST(ImportConditional, ConditionMustBeOneBool) {
  const std::string arms = if_else("c", arm("r", "Neg(x)"), arm("s", "Abs(x)"));
  expect_refused(ErrorCode::shape, "node 'y' (If): the condition is bool[1,3]; one bool is needed",
                 "float[1,3] x, bool[1,3] c", "y = " + arms);
  expect_refused(ErrorCode::shape, "the condition is f32[]; one bool", "float[1,3] x, float c", "y = " + arms);
  expect_refused(ErrorCode::format, "node 'y' (If) has no condition", "float[1,3] x",
                 "y = " + if_else("", arm("r", "Neg(x)"), arm("s", "Abs(x)")));
}

TEST(ImportConditional, ArmsMustBeThereAndGiveEveryOutput) {
  const std::string inputs = "float[1,3] x, bool c";
  expect_refused(ErrorCode::format, "node 'y' (If) has no then_branch", inputs,
                 "y = If (c) <else_branch = " + arm("s", "Abs(x)") + ">");
  expect_refused(ErrorCode::format, "node 'y' (If) has no else_branch", inputs,
                 "y = If (c) <then_branch = " + arm("s", "Abs(x)") + ">");
  expect_refused(ErrorCode::format, "node 'y' (If) has no then_branch", inputs,
                 "y = If (c) <then_branch = 1, else_branch = " + arm("s", "Abs(x)") + ">");
  expect_refused(ErrorCode::format, "node 'y' (If): an arm has 1 outputs, 2 are asked for", inputs,
                 "y, z = " + if_else("c", arm("r", "Neg(x)"), arm("s", "Abs(x)")));
  expect_refused(
      ErrorCode::format, "node 'y' (If): nothing produces its arm's output 'r'", inputs,
      "y = If (c) <then_branch = t () => (float[1,3] r) { q = Neg(x) }, else_branch = " + arm("s", "Abs(x)") + ">");
}

}  // namespace

}  // namespace exeunt
