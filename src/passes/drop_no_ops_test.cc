#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// A graph in which `node` has the place of %n between %a f32[2,3] and the exit.
std::string no_op_graph(std::string_view node) {
  return fmt::format(R"(
    input %x f32[2,3] "x"
    const %zeros f32[2,3] = fill(0)
    const %zero f32[] = {{0}}
    const %minus_zero f32[1] = {{-0}}
    const %ones f32[3] = fill(1)
    const %one f32[] = {{1}}
    const %almost f32[3] = {{1, 1, 2}}
    const %more_zeros f32[4,2,3] = fill(0)
    const %more_ones f32[4,2,3] = fill(1)
    %a = Abs(%x)
    {}
    %y = Neg(%n)
    output "y"
    exit(%y))",
                     node);
}

TEST(DropNoOps, DropsWhatReturnsItsOperand) {
  for (const std::string_view node :
       {"%n = Identity(%a)", "%n = Cast(%a) {to=f32}", "%n = Reshape(%a) {shape=[2,3]}",
        "%n = Expand(%a) {shape=[1,3]}", "%n = Transpose(%a) {perm=[0,1]}",
        "%n = Slice(%a) {axes=[0,1], starts=[0,-3], ends=[2,99], steps=[1,1]}", "%n = Slice(%a)",
        "%n = Pad(%a) {pads=[0,0,0,0]}", "%n = Pad(%a) {pads=[0,0,0,0], mode=edge}", "%n = Concat(%a)",
        "%n = Add(%a, %zeros)", "%n = Add(%a, %zero)", "%n = Add(%zero, %a)", "%n = Add(%a, %minus_zero)",
        "%n = Sub(%a, %zero)", "%n = Mul(%a, %one)", "%n = Mul(%ones, %a)", "%n = Div(%a, %ones)"}) {
    SCOPED_TRACE(node);
    expect_rewrite("drop_no_ops", 1, no_op_graph(node), R"(
      input %x f32[2,3] "x"
      %a = Abs(%x)
      %y = Neg(%a)
      output "y"
      exit(%y))");
  }
}

TEST(DropNoOps, KeepsWhatOnlyLooksLikeANoOp) {
  for (const std::string_view node : {"%n = Relu(%a)",
                                      "%n = Cast(%a) {to=f64}",
                                      "%n = Reshape(%a) {shape=[3,2]}",
                                      "%n = Reshape(%a) {shape=[1,2,3]}",
                                      "%n = Expand(%a) {shape=[4,1,1]}",
                                      "%n = Transpose(%a) {perm=[1,0]}",
                                      "%n = Slice(%a) {axes=[1], starts=[0], ends=[2], steps=[1]}",
                                      "%n = Slice(%a) {axes=[1], starts=[-1], ends=[-9], steps=[-1]}",
                                      "%n = Pad(%a) {pads=[1,0,-1,0]}",
                                      "%n = Concat(%a, %a) {axis=1}",
                                      "%n = Add(%a, %a)",
                                      "%n = Add(%a, %one)",
                                      "%n = Sub(%zero, %a)",
                                      "%n = Mul(%a, %zero)",
                                      "%n = Mul(%a, %almost)",
                                      "%n = Div(%one, %a)",
                                      "%n = Add(%a, %more_zeros)",
                                      "%n = Add(%more_zeros, %a)",
                                      "%n = Sub(%a, %more_zeros)",
                                      "%n = Mul(%a, %more_ones)",
                                      "%n = Mul(%more_ones, %a)",
                                      "%n = Div(%a, %more_ones)",
                                      "%n = Mul(%a, %a)",
                                      "%n = Max(%a, %zero)",
                                      "%n = Pow(%one, %a)"}) {
    SCOPED_TRACE(node);
    expect_untouched("drop_no_ops", no_op_graph(node));
  }
}

TEST(DropNoOps, ATransposedSquareIsAnotherOne) {
  expect_untouched("drop_no_ops", R"(
    input %x f32[3,3] "x"
    %y = Transpose(%x) {perm=[1,0]}
    output "y"
    exit(%y))");
}

TEST(DropNoOps, ATransposeThatMovesOnlyOnesChangesTheShape) {
  expect_untouched("drop_no_ops", R"(
    input %x f32[1,3] "x"
    %y = Transpose(%x) {perm=[1,0]}
    output "y"
    exit(%y))");
}

TEST(DropNoOps, WorksOnIntegers) {
  expect_rewrite("drop_no_ops", 2, R"(
    input %x i64[2] "x"
    const %zero i64[1] = {0}
    const %one i64[] = {1}
    %a = Add(%zero, %x)
    %b = Div(%a, %one)
    %y = Neg(%b)
    output "y"
    exit(%y))",
                 R"(
    input %x i64[2] "x"
    %y = Neg(%x)
    output "y"
    exit(%y))");
}

TEST(DropNoOps, ChainsCollapseInOneRun) {
  expect_rewrite("drop_no_ops", 4, R"(
    input %x f32[2] "x"
    %a = Identity(%x)
    %b = Identity(%a)
    %c = Concat(%b)
    %d = Reshape(%c) {shape=[2]}
    %y = Neg(%d)
    output "y"
    exit(%y))",
                 R"(
    input %x f32[2] "x"
    %y = Neg(%x)
    output "y"
    exit(%y))");
}

TEST(DropNoOps, ExitsAndDecisionsLookAtTheOperand) {
  expect_rewrite("drop_no_ops", 3, R"(
    input %x f32[1,2] "x"
    %a = Identity(%x)
    %p = Softmax(%x)
    %q = Identity(%p)
    %b = Identity(%p)
    output "y"
    decide max_prob(%q) > 0.5 { exit(%a) exit(%b) })",
                 R"(
    input %x f32[1,2] "x"
    %p = Softmax(%x)
    output "y"
    decide max_prob(%p) > 0.5 { exit(%x) exit(%p) })");
}

TEST(DropNoOps, ANoOpBeforeADecisionLetsItsOperandSinkNoDeeper) {
  expect_rewrite("drop_no_ops", 1, R"(
    input %x f32[1,2] "x"
    %a = Neg(%x)
    %b = Identity(%a)
    %c = Abs(%b)
    output "y"
    decide max_prob(%x) > 0.5 { exit(%a) exit(%c) })",
                 R"(
    input %x f32[1,2] "x"
    %a = Neg(%x)
    %c = Abs(%a)
    output "y"
    decide max_prob(%x) > 0.5 { exit(%a) exit(%c) })");
}

}  // namespace

}  // namespace exeunt
