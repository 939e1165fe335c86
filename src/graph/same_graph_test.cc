#include "graph/same_graph.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "graph/text.h"

namespace exeunt {

namespace {

struct Parts {
  std::string input = R"(input %x f32[1,2] "x")";
  std::string weights = "{1, 2, 3, 4}";
  std::string product = R"(%p = MatMul(%x, %w) "product")";
  std::string result = "%y = Softmax(%p) {axis=1}";
  std::string flag = "f32[1] = {0}";
  std::string tree = "decide max_prob(%y) > 0.5 { exit(%y, %f) predicts(0, 0, 2, true) exit(%p, %f) }";
};

Graph graph_of(const Parts& parts) {
  return parse_graph(fmt::format("{}\nconst %w f32[2,2] = {}\nconst %f {}\n{}\n{}\noutput \"y\"\noutput \"f\"\n{}",
                                 parts.input, parts.weights, parts.flag, parts.product, parts.result, parts.tree));
}

std::string difference_of(const Parts& parts) { return first_difference(graph_of({}), graph_of(parts)); }

TEST(SameGraph, NamesDoNotCount) {
  EXPECT_EQ(difference_of({}), "");
  EXPECT_EQ(difference_of({.input = R"(input %x f32[1,2] "another")", .product = "%p = MatMul(%x, %w)"}), "");
}

TEST(SameGraph, TheCallersOrderOfAxesDoesNotCount) {
  EXPECT_EQ(difference_of({.input = R"(input %x f32[1,2] "x" order=[1,0])"}), "");
}

TEST(SameGraph, ConstantsMayDifferByTheTolerance) {
  EXPECT_EQ(difference_of({.weights = "{1, 2, 3, 4.000003}"}), "");
  EXPECT_EQ(difference_of({.weights = "{1, 2, 3, 4.00001}"}),
            "operand 1 of MatMul 'product' is not that of MatMul 'product': element 3 is 4, 4.000010013580322");
  EXPECT_EQ(first_difference(graph_of({}), graph_of({.weights = "{1, 2, 3, 4.00001}"}), 1e-4), "");
}

TEST(SameGraph, AFlagMayHaveAnotherTypeAndShapeButNotAnotherValue) {
  EXPECT_EQ(difference_of({.flag = "i64[] = {0}"}), "");
  EXPECT_EQ(difference_of({.flag = "i64[] = {1}"}), "output 1 of an exit differs: element 0 is 0, 1");
  EXPECT_EQ(difference_of({.flag = "i64[2] = {0, 0}"}), "output 1 of an exit differs: f32[1], i64[2]");
}

TEST(SameGraph, SaysWhichNodesDiffer) {
  EXPECT_EQ(difference_of({.product = R"(%p = Gemm(%x, %w) "gemm")"}), "MatMul 'product', Gemm 'gemm'");
  EXPECT_EQ(difference_of({.result = "%y = Softmax(%p) {axis=0}"}), "Softmax '' and Softmax '' differ in a field");
  EXPECT_EQ(difference_of({.result = "%y = Softmax(%x) {axis=1}"}),
            "MatMul 'product', Softmax ''");  // it is asked for first
  EXPECT_EQ(difference_of({.input = R"(input %x f32[2,2] "x")"}), "input 0 is f32[1,2], f32[2,2]");
}

TEST(SameGraph, SaysWhereTheTreesDiffer) {
  EXPECT_EQ(difference_of({.tree = "exit(%y, %f) predicts(0, 0, 2, true)"}),
            "a decision where the other graph has an exit");
  EXPECT_EQ(difference_of({.tree = R"(decide max_prob(%y) > 0.75 "d" { exit(%y, %f) exit(%p, %f) })"}),
            "decision '' is max_prob > 0.5, 'd' is max_prob > 0.75");
  EXPECT_EQ(difference_of({.tree = R"(decide max_prob(%y) > 0.5 logits "d" { exit(%y, %f) exit(%p, %f) })"}),
            "decision '' looks at probabilities, 'd' at logits");
  EXPECT_EQ(difference_of({.tree = R"(decide max_prob(%y) > 0.5 temperature(2) "d" { exit(%y, %f) exit(%p, %f) })"}),
            "decision '' has temperature 1 and is enabled, 'd' has 2 and is enabled");
  EXPECT_EQ(difference_of({.tree = R"(decide max_prob(%y) > 0.5 disabled "d" { exit(%y, %f) exit(%p, %f) })"}),
            "decision '' has temperature 1 and is enabled, 'd' has 1 and is disabled");
  EXPECT_EQ(difference_of({.tree = "decide max_prob(%y) > 0.5 { exit(%y, %f) exit(%p, %f) }"}),
            "exits whose class scores stand at different places");
  EXPECT_EQ(difference_of({.tree = "decide max_prob(%y) > 0.5 { exit(%y, %f) predicts(0, 0, 2, true) exit(%y, %f) }"}),
            "output 0 of an exit differs: another value");
  EXPECT_EQ(difference_of({.tree = "decide max_prob(%p) > 0.5 { exit(%y, %f) exit(%p, %f) }"}),
            "decisions '' and '' look at different values");
}

TEST(SameGraph, TheSameGraphFromEitherSide) {
  const Graph a = graph_of({});
  const Graph b = graph_of({.result = "%z = Relu(%p) %y = Softmax(%z) {axis=1}"});
  EXPECT_EQ(first_difference(a, b), "Softmax '', Relu ''");
  EXPECT_EQ(first_difference(b, a), "Relu '', Softmax ''");
}

}  // namespace

}  // namespace exeunt
