#include "passes/passes.h"
#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(FoldConstants, ChainsOfConstantNodesBecomeOneConstant) {
  expect_rewrite("fold_constants", 2, R"(
    input %x f32[2] "x"
    const %a f32[2] = {1, 2}
    const %b f32[2] = {3, 4}
    %c = Add(%a, %b)
    %d = Neg(%c)
    %y = Mul(%x, %d) "y"
    output "y"
    exit(%y))",
                 R"(
    input %x f32[2] "x"
    const %d f32[2] = {-4, -6}
    %y = Mul(%x, %d) "y"
    output "y"
    exit(%y))");
}

TEST(FoldConstants, ReachesIntoEveryArm) {
  expect_rewrite("fold_constants", 3, R"(
    input %x f32[1,2] "x"
    const %a f32[2] = {1, 2}
    %n = Neg(%a)
    %early = Add(%x, %n)
    %m = Mul(%a, %a)
    %s = Sub(%m, %n)
    %late = Add(%x, %s)
    output "y"
    decide max_prob(%x) > 0.5 { exit(%early) exit(%late) })",
                 R"(
    input %x f32[1,2] "x"
    const %n f32[2] = {-1, -2}
    %early = Add(%x, %n)
    const %s f32[2] = {2, 6}
    %late = Add(%x, %s)
    output "y"
    decide max_prob(%x) > 0.5 { exit(%early) exit(%late) })");
}

TEST(FoldConstants, TheShapeOfAnInputIsConstant) {
  expect_rewrite("fold_constants", 2, R"(
    input %x f32[2,3] "x"
    %a = Relu(%x)
    %s = Shape(%a)
    %f = Cast(%s) {to=f32}
    output "y"
    exit(%f))",
                 R"(
    input %x f32[2,3] "x"
    const %f f32[2] = {2, 3}
    output "y"
    exit(%f))");
}

TEST(FoldConstants, DecisionsMayEndUpOnConstants) {
  expect_rewrite("fold_constants", 1, R"(
    input %x f32[1] "x"
    const %a bool[1] = {1}
    %b = Not(%a)
    output "y"
    decide predicate(%b) > 0.5 { exit(%x) exit(%x) })",
                 R"(
    input %x f32[1] "x"
    const %b bool[1] = {0}
    output "y"
    decide predicate(%b) > 0.5 { exit(%x) exit(%x) })");
}

TEST(FoldConstants, OneOperandFromAnInputIsEnoughToStay) {
  expect_untouched("fold_constants", R"(
    input %x f32[2] "x"
    const %a f32[2] = {1, 2}
    %s = Add(%a, %x)
    %y = Mul(%s, %a)
    output "y"
    exit(%y))");
}

TEST(FoldConstants, DeadUsersOfAFoldedValueDoNotMatter) {
  Graph graph = graph_of(R"(
    input %x f32[1] "x"
    const %a f32[1] = {1}
    %b = Neg(%a)
    %dead = Add(%b, %x)
    %y = Sub(%x, %b)
    output "y"
    exit(%y))");
  EXPECT_EQ(fold_constants(graph), 1);
  EXPECT_EQ(remove_dead(graph), 1);
  EXPECT_EQ(text_of(graph), text_of(graph_of(R"(
    input %x f32[1] "x"
    const %b f32[1] = {-1}
    %y = Sub(%x, %b)
    output "y"
    exit(%y))")));
}

TEST(FoldConstants, LargeResultsOfSmallOperandsStay) {
  Graph graph = graph_of(R"(
    const %a f32[1] = {3}
    %y = Expand(%a) {shape=[5000000]}
    output "y"
    exit(%y))");
  EXPECT_EQ(run_pass(graph, find_pass("fold_constants")), 0);
  EXPECT_EQ(graph.nodes.size(), 1U);
}

TEST(FoldConstants, LargeResultsOfLargeOperandsDoNot) {
  Graph graph = graph_of(R"(
    const %a f32[5000000] = fill(3)
    %y = Neg(%a)
    output "y"
    exit(%y))");
  EXPECT_EQ(run_pass(graph, find_pass("fold_constants")), 1);
  EXPECT_TRUE(graph.nodes.empty());
}

}  // namespace

}  // namespace exeunt
