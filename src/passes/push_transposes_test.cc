#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// %a [1,2,2,3] comes out of a convolution, which wants its operand as it is; `nodes` make %y of it.
std::string behind_conv(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,2,3] "x"
    const %w f32[2,2,1,1] = {{1, 2, 3, -4}}
    %a = Conv(%x, %w) {{2d}} "conv"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

struct PushCase {
  std::string_view before, after;
};

/// `before` makes %y of %t = Transpose(%a) {perm=[0,2,3,1]}; `after` makes %n of %a, and %y is the same Transpose of
/// %n.
void expect_behind(const PushCase& c) {
  SCOPED_TRACE(c.before);
  expect_rewrite("push_transposes", 1, behind_conv(fmt::format("%t = Transpose(%a) {{perm=[0,2,3,1]}}\n{}", c.before)),
                 behind_conv(fmt::format("{}\n%y = Transpose(%n) {{perm=[0,2,3,1]}}", c.after)), 1e-6);
}

TEST(PushTransposes, GoBehindWhatDoesNotCareForTheOrderOfAxes) {
  for (const PushCase& c : {
           PushCase{"%y = Relu(%t)", "%n = Relu(%a)"},
           PushCase{"%y = Cast(%t) {to=i32}", "%n = Cast(%a) {to=i32}"},
           PushCase{"%y = Softmax(%t)", "%n = Softmax(%a) {axis=1}"},
           PushCase{"%y = LogSoftmax(%t) {axis=2}", "%n = LogSoftmax(%a) {axis=3}"},
           PushCase{"%y = CumSum(%t) {axis=1}", "%n = CumSum(%a) {axis=2}"},
           PushCase{"%y = TopK(%t) {k=2, axis=2}", "%n = TopK(%a) {k=2, axis=3}"},
           PushCase{"%y = Slice(%t) {axes=[-1,2], starts=[0,1], ends=[9,3], steps=[1,1]}",
                    "%n = Slice(%a) {axes=[1,3], starts=[0,1], ends=[9,3], steps=[1,1]}"},
           PushCase{"%y = Resize(%t) {sizes=[1,2,2,2], scales=[1,1,0.5,1]}",
                    "%n = Resize(%a) {sizes=[1,2,2,2], scales=[1,1,1,0.5]}"},
           PushCase{"%y = ReduceMax(%t) {axes=[1]}", "%n = ReduceMax(%a) {axes=[2]}"},
           PushCase{"%y = ArgMax(%t) {axis=1}", "%n = ArgMax(%a) {axis=2}"},
           PushCase{"const %i i64[1] = {1} %y = Gather(%t, %i) {axis=2}",
                    "const %i i64[1] = {1} %n = Gather(%a, %i) {axis=3}"},
           PushCase{"%y = Mul(%t, %t)", "%n = Mul(%a, %a)"},
           PushCase{"const %s f32[1] = {2} %y = ScaleShift(%t, %s, %s)",
                    "const %s f32[1] = {2} %n = ScaleShift(%a, %s, %s)"},
           PushCase{"const %c f32[2] = {5, 6} %y = Add(%t, %c)", "const %c f32[1,2,1,1] = {5, 6} %n = Add(%a, %c)"},
           PushCase{"const %c f32[] = {5} %y = Sub(%c, %t)", "const %c f32[] = {5} %n = Sub(%c, %a)"},
           PushCase{"const %c f32[2,1,1] = {5, 6} %y = Greater(%t, %c)",
                    "const %c f32[1,1,2,1] = {5, 6} %n = Greater(%a, %c)"},
           PushCase{"const %s f32[2] = {1, 0.5} const %z i8[2] = {1, 2} %y = QuantizeLinear(%t, %s, %z) {axis=3}",
                    "const %s f32[2] = {1, 0.5} const %z i8[2] = {1, 2} %n = QuantizeLinear(%a, %s, %z)"},
       }) {
    expect_behind(c);
  }
}

TEST(PushTransposes, AnAxisThatGoesTakesItsPartOfTheTransposeAlong) {
  expect_rewrite("push_transposes", 1, behind_conv(R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %y = ReduceSum(%t) {axes=[2], keepdims=false})"),
                 behind_conv(R"(
    %n = ReduceSum(%a) {axes=[3], keepdims=false}
    %y = Transpose(%n) {perm=[0,2,1]})"));
  expect_rewrite("push_transposes", 1, behind_conv(R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %y = ReduceSum(%t) {axes=[3], keepdims=false})"),
                 behind_conv("%y = ReduceSum(%a) {axes=[1], keepdims=false}"));
}

TEST(PushTransposes, CancelAcrossLayersOfTheOtherOrder) {
  expect_rewrite("push_transposes", 2, behind_conv(R"(
    const %s f32[2] = {5, 6}
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %m = Mul(%t, %s)
    %p = Pad(%m) {pads=[0,1,0,0,0,2,0,0]}
    %k = Concat(%p, %p) {axis=3}
    %b = Transpose(%k) {perm=[0,3,1,2]}
    const %v f32[1,4,1,1] = {1, 2, 3, 4}
    %y = Conv(%b, %v) {2d})"),
                 behind_conv(R"(
    const %s f32[1,2,1,1] = {5, 6}
    %m = Mul(%a, %s)
    %p = Pad(%m) {pads=[0,0,1,0,0,0,2,0]}
    %k = Concat(%p, %p) {axis=1}
    const %v f32[1,4,1,1] = {1, 2, 3, 4}
    %y = Conv(%k, %v) {2d})"));
}

TEST(PushTransposes, MergeWithTheNext) {
  expect_rewrite("push_transposes", 1, behind_conv(R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %y = Transpose(%t) {perm=[0,2,1,3]})"),
                 behind_conv("%y = Transpose(%a) {perm=[0,3,2,1]}"));
}

TEST(PushTransposes, BecomeReshapesWhereOnlyAxesOfSizeOneMove) {
  expect_rewrite("push_transposes", 1, behind_conv(R"(
    %p = ReduceMean(%a) {axes=[2,3]}
    %y = Transpose(%p) {perm=[0,2,3,1]})"),
                 behind_conv(R"(
    %p = ReduceMean(%a) {axes=[2,3]}
    %y = Reshape(%p) {shape=[1,1,1,2]})"));
}

TEST(PushTransposes, OneOfAnInputBecomesTheInput) {
  expect_rewrite("push_transposes", 1, R"(
    input %x f32[1,2,3,2] "x"
    const %c f32[2] = {3, 4}
    const %w f32[2,2,1,1] = {1, 2, 3, -4}
    %s = Sub(%x, %c)
    %t = Transpose(%s) {perm=[0,3,1,2]}
    %y = Conv(%t, %w) {2d}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,2,3] "x" order=[0,2,3,1]
    const %c f32[1,2,1,1] = {3, 4}
    const %w f32[2,2,1,1] = {1, 2, 3, -4}
    %s = Sub(%x, %c)
    %y = Conv(%s, %w) {2d}
    output "y"
    exit(%y))");
}

TEST(PushTransposes, AnInputThatHasAnOrderGetsBothInOne) {
  expect_rewrite("push_transposes", 1, R"(
    input %x f32[1,2,3,2] "x" order=[0,2,1,3]
    const %w f32[2,2,1,1] = {1, 2, 3, -4}
    %t = Transpose(%x) {perm=[0,3,1,2]}
    %y = Conv(%t, %w) {2d}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,2,3] "x" order=[0,3,2,1]
    const %w f32[2,2,1,1] = {1, 2, 3, -4}
    %y = Conv(%x, %w) {2d}
    output "y"
    exit(%y))");
}

TEST(PushTransposes, TheBatchOfAnInputStaysInFront) {
  expect_untouched("push_transposes", R"(
    input %x f32[2,2,3] "x"
    const %w f32[2,2,1] = {1, 2, 3, -4}
    %t = Transpose(%x) {perm=[1,0,2]}
    %y = Conv(%t, %w) {1d}
    output "y"
    exit(%y))");
}

TEST(PushTransposes, AFlattenedTensorTurnsTheRowsOfTheWeights) {
  for (const std::string_view between :
       {"%r = Reshape(%t) {shape=[1,4]}", "%s = Reshape(%t) {shape=[4]} %r = Reshape(%s) {shape=[1,4]}"}) {
    expect_rewrite("push_transposes", 1,
                   fmt::format(R"(
    input %x f32[1,1,2,2] "x"
    const %k f32[2,1,1,2] = {{1, 2, 3, -4}}
    const %w f32[4,2] = {{1, 2, 3, 4, 5, 6, 7, 8}}
    %a = Conv(%x, %k) {{2d}}
    %t = Transpose(%a) {{perm=[0,2,3,1]}}
    {}
    %y = MatMul(%r, %w)
    output "y"
    exit(%y))",
                               between),
                   R"(
    input %x f32[1,1,2,2] "x"
    const %k f32[2,1,1,2] = {1, 2, 3, -4}
    const %w f32[4,2] = {1, 2, 5, 6, 3, 4, 7, 8}
    %a = Conv(%x, %k) {2d}
    %r = Reshape(%a) {shape=[1,4]}
    %y = MatMul(%r, %w)
    output "y"
    exit(%y))");
  }
}

TEST(PushTransposes, TheSameThroughElementsAloneAndForWeightsStoredTheOtherWay) {
  constexpr std::string_view kAround = R"(
    input %x f32[1,1,2,2] "x"
    const %k f32[2,1,1,2] = {{1, 2, 3, -4}}
    const %w f32[2,4] = {}
    const %c f32[2] = {{9, 10}}
    const %two f32[] = {{2}}
    %a = Conv(%x, %k) {{2d}}
    {}
    %r = Reshape(%s) {{shape=[1,4]}}
    %y = Gemm(%r, %w, %c) {{trans_b=true}}
    output "y"
    exit(%y))";
  expect_rewrite("push_transposes", 1, fmt::format(kAround, "{1, 2, 3, 4, 5, 6, 7, 8}", R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %f = Reshape(%t) {shape=[1,4]}
    %u = Relu(%f)
    %s = Mul(%two, %u))"),
                 fmt::format(kAround, "{1, 3, 2, 4, 5, 7, 6, 8}", "%u = Relu(%a) %s = Mul(%two, %u)"));
}

TEST(PushTransposes, ARowOfAFlattenedBatchKeepsItsPlace) {
  expect_rewrite("push_transposes", 1, R"(
    input %x f32[2,1,2,2] "x"
    const %k f32[2,1,1,2] = {1, 2, 3, -4}
    const %w f32[4,1] = {1, 2, 3, 4}
    %a = Conv(%x, %k) {2d}
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %r = Reshape(%t) {shape=[2,4]}
    %y = MatMul(%r, %w)
    output "y"
    exit(%y))",
                 R"(
    input %x f32[2,1,2,2] "x"
    const %k f32[2,1,1,2] = {1, 2, 3, -4}
    const %w f32[4,1] = {1, 3, 2, 4}
    %a = Conv(%x, %k) {2d}
    %r = Reshape(%a) {shape=[2,4]}
    %y = MatMul(%r, %w)
    output "y"
    exit(%y))");
}

TEST(PushTransposes, RowsOfDifferentSamplesDoNotMix) {
  expect_untouched("push_transposes", R"(
    input %x f32[2,1,2,2] "x"
    const %k f32[2,1,1,2] = {1, 2, 3, -4}
    const %w f32[4,1] = {1, 2, 3, 4}
    %a = Conv(%x, %k) {2d}
    %t = Transpose(%a) {perm=[1,2,3,0]}
    %r = Reshape(%t) {shape=[2,4]}
    %y = MatMul(%r, %w)
    output "y"
    exit(%y))");
}

TEST(PushTransposes, MatricesAreReadTheOtherWay) {
  expect_rewrite("push_transposes", 2, R"(
    input %x f32[2,3] "x"
    input %z f32[4,3] "z"
    %a = Transpose(%x) {perm=[1,0]}
    %b = Transpose(%z) {perm=[1,0]}
    %p = Gemm(%a, %b) {trans_a=true}
    output "y"
    exit(%p))",
                 R"(
    input %x f32[2,3] "x"
    input %z f32[4,3] "z"
    %p = Gemm(%x, %z) {trans_b=true}
    output "y"
    exit(%p))");
  expect_rewrite("push_transposes", 1, R"(
    input %x f32[2,3] "x"
    input %z f32[4,3] "z"
    %b = Transpose(%z) {perm=[1,0]}
    %p = MatMul(%x, %b)
    output "y"
    exit(%p))",
                 R"(
    input %x f32[2,3] "x"
    input %z f32[4,3] "z"
    %p = Gemm(%x, %z) {trans_b=true}
    output "y"
    exit(%p))");
}

TEST(PushTransposes, ReshapesThatJoinAxesSideBySideGoAhead) {
  expect_rewrite("push_transposes", 1, behind_conv(R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %y = Reshape(%t) {shape=[6,1,2]})"),
                 behind_conv(R"(
    %r = Reshape(%a) {shape=[2,6,1]}
    %y = Transpose(%r) {perm=[1,2,0]})"));
}

TEST(PushTransposes, CancelInBothArmsOfADecision) {
  const auto branchy = [](std::string_view root, std::string_view leave, std::string_view stay) {
    return fmt::format(R"(
    input %x f32[1,2,2,3] "x"
    const %w f32[2,2,1,1] = {{1, 2, 3, -4}}
    %a = Conv(%x, %w) {{2d}}
    {}
    {}
    %p = Conv(%l, %w) {{2d}}
    {}
    %q = Conv(%s, %w) {{2d, activation=relu}}
    output "y"
    decide max_prob(%x) > 0.5 {{ exit(%p) exit(%q) }})",
                       root, leave, stay);
  };
  expect_rewrite("push_transposes", 3,
                 branchy("%t = Transpose(%a) {perm=[0,2,3,1]} %n = Neg(%t)", "%l = Transpose(%n) {perm=[0,3,1,2]}",
                         "%e = Exp(%n) %s = Transpose(%e) {perm=[0,3,1,2]}"),
                 branchy("%l = Neg(%a)", "", "%s = Exp(%l)"), 1e-5);
}

TEST(PushTransposes, AnOperandThatIsThereAnywayIsTakenAsItIs) {
  expect_untouched("push_transposes", behind_conv(R"(
    %t = Transpose(%a) {perm=[0,1,3,2]}
    %c = Conv(%t, %w) {2d}
    %y = Add(%c, %t))"));
}

TEST(PushTransposes, ThoseThatCannotGoStay) {
  for (const std::string_view nodes : {
           "%y = Transpose(%a) {perm=[0,2,3,1]}",
           "%t = Transpose(%a) {perm=[0,2,3,1]} %y = LayerNorm(%t)",
           "%t = Transpose(%a) {perm=[0,2,3,1]} const %s f32[2] = {1, 2} %y = ScaleShift(%t, %s, %s)",
           "%t = Transpose(%a) {perm=[0,2,3,1]} %y = Reshape(%t) {shape=[12]}",
           "%t = Transpose(%a) {perm=[0,2,3,1]} %y = MatMul(%a, %t)",
           "%t = Transpose(%a) {perm=[0,1,3,2]} %c = Conv(%t, %w) {2d} %y = Softmax(%c)",
       }) {
    SCOPED_TRACE(nodes);
    expect_untouched("push_transposes", behind_conv(nodes));
  }
}

TEST(PushTransposes, NotThroughWhatWouldMakeThemDearer) {
  expect_untouched("push_transposes", behind_conv(R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %y = Pad(%t) {pads=[0,1,0,0,0,1,0,0]})"));
  expect_untouched("push_transposes", behind_conv(R"(
    %t = Transpose(%a) {perm=[0,2,3,1]}
    %y = Tile(%t) {repeats=[1,2,1,1]})"));
}

}  // namespace

}  // namespace exeunt
