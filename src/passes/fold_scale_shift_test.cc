#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// A convolution of two channels to two, the four parameters of a norm, then `nodes`.
std::string scale_shift_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {{1, 2, 3, -4}}
    const %b f32[2] = {{5, -1}}
    const %scale f32[2] = {{4, -3}}
    const %bias f32[2] = {{10, 20}}
    const %mean f32[2] = {{1, -2}}
    const %variance f32[2] = {{3, 0}}
    const %residual f32[1,2,3] = fill(7)
    {}
    output "y"
    exit(%y))",
                     nodes);
}

// s = scale / sqrt(variance + 1) = {2, -3}; w' = w * s; b' = (b - mean) * s + bias.

TEST(FoldScaleShift, FoldsIntoTheWeightsAndMakesABias) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    %c = Conv(%x, %w) {1d} "conv"
    %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1} "norm")"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -9, 12}
    const %b f32[2] = {8, 14}
    %y = Conv(%x, %w, %b) {1d} "norm"
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, FoldsIntoAnExistingBias) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    %c = Conv(%x, %w, %b) {1d}
    %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1})"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -9, 12}
    const %b f32[2] = {18, 17}
    %y = Conv(%x, %w, %b) {1d}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, ABiasLeftOutIsZero) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    %c = Conv(%x, %w, _) {1d}
    %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1})"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -9, 12}
    const %b f32[2] = {8, 14}
    %y = Conv(%x, %w, %b) {1d}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, KeepsTheConvolutionsFields) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %g f32[2,1,2] = {1, 2, 3, -4}
    %c = Conv(%x, %g) {strides=[2], pads=[1,0], dilations=[1], group=2}
    %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1})"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,1,2] = {2, 4, -9, 12}
    const %b f32[2] = {8, 14}
    %y = Conv(%x, %w, %b) {strides=[2], pads=[1,0], dilations=[1], group=2}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, FoldsOneNormAfterTheOther) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %one f32[2] = {1, 1}
    const %none f32[2] = {0, 0}
    %c = Conv(%x, %w) {1d}
    %n = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1}
    %y = BatchNorm(%n, %one, %bias, %mean, %none) {epsilon=1})"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -9, 12}
    const %b f32[2] = {17, 36}
    %y = Conv(%x, %w, %b) {1d}
    output "y"
    exit(%y))");
}

/// `before` and its folded form give the same up to rounding.
void expect_close(std::string_view text, double tolerance) {
  const Graph before = graph_of(text);
  Graph after = before;
  EXPECT_EQ(run_pass(after, find_pass("fold_scale_shift")), 1);
  expect_equal_results(before, after, tolerance);
}

TEST(FoldScaleShift, GivesTheSameUpToRoundingInEveryFloatType) {
  const std::vector<std::pair<std::string_view, double>> tolerances = {
      {"f32", 1e-5}, {"f64", 1e-13}, {"f16", 0.02}, {"bf16", 0.2}};
  for (const auto& [dtype, tolerance] : tolerances) {
    SCOPED_TRACE(dtype);
    expect_close(fmt::format(R"(
      input %x {0}[2,2,3,3] "x"
      const %w {0}[2,2,2,1] = {{0.3, -0.7, 0.11, 0.9, 1.3, -0.2, 0.1, 0.77}}
      const %b {0}[2] = {{0.1, -0.2}}
      const %scale {0}[2] = {{0.9, 1.7}}
      const %bias {0}[2] = {{0.3, -0.6}}
      const %mean {0}[2] = {{0.01, 0.4}}
      const %variance {0}[2] = {{0.7, 2.1}}
      %c = Conv(%x, %w, %b) {{2d}}
      %y = BatchNorm(%c, %scale, %bias, %mean, %variance)
      output "y"
      exit(%y))",
                             dtype),
                 tolerance);
  }
}

TEST(FoldScaleShift, LeavesAConvolutionAloneThatAnythingElseUses) {
  expect_untouched("fold_scale_shift", scale_shift_graph(R"(
    %c = Conv(%x, %w) {1d}
    %n = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1}
    %y = Add(%n, %c))"));
  expect_untouched("fold_scale_shift", scale_shift_graph(R"(
    %c = Conv(%x, %w) {1d}
    %m = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1}
    %n = BatchNorm(%c, %scale, %mean, %bias, %variance) {epsilon=1}
    %y = Add(%n, %m))"));
}

TEST(FoldScaleShift, AConvolutionThatIsDecidedOnOrReturnedIsUsed) {
  for (const std::string_view tree :
       {"decide max_prob(%c) > 0 { exit(%x) exit(%n) }", "decide max_prob(%x) > 0 { exit(%c) exit(%n) }"}) {
    expect_untouched("fold_scale_shift", fmt::format(R"(
      input %x f32[1,1,3] "x"
      const %w f32[1,1,1] = {{2}}
      const %p f32[1] = {{3}}
      %c = Conv(%x, %w) {{1d}}
      %n = BatchNorm(%c, %p, %p, %p, %p)
      output "y"
      {})",
                                                     tree));
  }
}

TEST(FoldScaleShift, SharedWeightsStayForTheOthers) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    %c = Conv(%x, %w) {1d}
    %n = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1}
    %d = Conv(%x, %w) {1d}
    %y = Sub(%n, %d))"),
                 R"(
    input %x f32[1,2,3] "x"
    const %v f32[2,2,1] = {2, 4, -9, 12}
    const %b f32[2] = {8, 14}
    %n = Conv(%x, %v, %b) {1d}
    const %w f32[2,2,1] = {1, 2, 3, -4}
    %d = Conv(%x, %w) {1d}
    %y = Sub(%n, %d)
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, EveryParameterMustBeConstant) {
  for (const std::string_view operands : {"%i, %p, %p, %p", "%p, %i, %p, %p", "%p, %p, %i, %p", "%p, %p, %p, %i"}) {
    SCOPED_TRACE(operands);
    expect_untouched("fold_scale_shift", fmt::format(R"(
      input %x f32[1,1,3] "x"
      input %given f32[1] "i"
      const %w f32[1,1,1] = {{2}}
      const %p f32[1] = {{3}}
      %i = Abs(%given)
      %c = Conv(%x, %w) {{1d}}
      %n = BatchNorm(%c, {})
      output "y"
      exit(%n))",
                                                     operands));
  }
}

TEST(FoldScaleShift, WeightsAndBiasMustBeConstant) {
  for (const std::string_view operands : {"%x, %v", "%x, %v, %p", "%x, %w, %i"}) {
    SCOPED_TRACE(operands);
    expect_untouched("fold_scale_shift", fmt::format(R"(
      input %x f32[1,1,3] "x"
      input %v f32[1,1,1] "v"
      input %i f32[1] "i"
      const %w f32[1,1,1] = {{2}}
      const %p f32[1] = {{3}}
      %c = Conv({}) {{1d}}
      %n = BatchNorm(%c, %p, %p, %p, %p)
      output "y"
      exit(%n))",
                                                     operands));
  }
}

TEST(FoldScaleShift, WhatComesBetweenStaysBetween) {
  for (const std::string_view conv : {"Conv(%x, %w) {1d, activation=relu}", "Conv(%x, %w, %b, %x) {1d}",
                                      "Conv(%x, %w, %b, %residual) {1d}", "Relu(%x)"}) {
    SCOPED_TRACE(conv);
    expect_untouched("fold_scale_shift", scale_shift_graph(fmt::format(R"(
      %c = {}
      %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {{epsilon=1}})",
                                                                       conv)));
  }
}

/// What the exporters spell out instead of a BatchNorm, in the order in which they do.
TEST(FoldScaleShift, AChainOfAnyArithmeticWithConstantsFoldsAtOnce) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %four f32[2,1,1] = {4, 8}
    const %p f32[2,1] = {1, -2}
    const %half f32[] = {0.5}
    const %q f32[1,2,1] = {4, -3}
    %c = Conv(%x, %w, %b) {1d}
    %d = Sub(%c, %p)
    %e = Mul(%q, %d)
    %f = Div(%e, %half)
    %g = Neg(%f)
    %y = Add(%half, %g) "last")"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {-8, -16, 18, -24}
    const %b f32[2] = {-31.5, 6.5}
    %y = Conv(%x, %w, %b) {1d} "last"
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, AFactorAloneMakesNoBias) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %p f32[2,1] = {2, -1}
    %c = Conv(%x, %w) {1d}
    %y = Mul(%c, %p))"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -3, 4}
    %y = Conv(%x, %w) {1d}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, ASummandAloneKeepsTheWeights) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %p f32[1] = {2}
    %c = Conv(%x, %w, %b) {1d}
    %y = Sub(%p, %c))"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {-1, -2, -3, 4}
    const %b f32[2] = {-3, 3}
    %y = Conv(%x, %w, %b) {1d}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, NumbersAlongAnotherAxisStay) {
  for (const std::string_view shape : {"[3]", "[1,1,3]", "[2,3]"}) {
    SCOPED_TRACE(shape);
    const std::string values = shape == "[2,3]" ? "{1, 2, 3, 4, 5, 6}" : "{1, 2, 3}";
    expect_untouched("fold_scale_shift", scale_shift_graph(fmt::format(R"(
      const %p f32{} = {}
      %c = Conv(%x, %w) {{1d}}
      %y = Mul(%c, %p))",
                                                                       shape, values)));
  }
}

TEST(FoldScaleShift, WhatFollowsOnAnotherAxisDoesNotHoldItUp) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %p f32[2,1] = {2, -1}
    const %q f32[3] = {1, 2, 3}
    %c = Conv(%x, %w) {1d}
    %d = Mul(%c, %p)
    %y = Add(%d, %q))"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -3, 4}
    %d = Conv(%x, %w) {1d}
    const %q f32[3] = {1, 2, 3}
    %y = Add(%d, %q)
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, NumbersThatWidenTheResultStay) {
  expect_untouched("fold_scale_shift", scale_shift_graph(R"(
    const %p f32[2,2,1] = {1, 2, 3, 4}
    %c = Conv(%x, %w) {1d}
    %y = Add(%c, %p))"));
}

TEST(FoldScaleShift, AnExactConvolutionKeepsItsScale) {
  expect_untouched("fold_scale_shift", scale_shift_graph(R"(
    %c = Conv(%x, %w, %b, _, %scale) {1d}
    %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1})"));
}

TEST(FoldScaleShift, WhatIsNoNumberStays) {
  expect_untouched("fold_scale_shift", scale_shift_graph(R"(
    const %none f32[] = {0}
    %c = Conv(%x, %w) {1d}
    %y = Div(%c, %none))"));
}

TEST(FoldScaleShift, AChainThatIsUsedInBetweenFoldsUpToThere) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_graph(R"(
    const %p f32[2,1] = {2, -1}
    %c = Conv(%x, %w) {1d}
    %d = Mul(%c, %p)
    %e = Add(%d, %p)
    %y = Mul(%e, %d))"),
                 R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {2, 4, -3, 4}
    %d = Conv(%x, %w) {1d}
    const %p f32[2,1] = {2, -1}
    %e = Add(%d, %p)
    %y = Mul(%e, %d)
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, ATransposedConvolutionsOutputsLieOnTheSecondAxisOfItsWeights) {
  expect_rewrite("fold_scale_shift", 1, R"(
    input %x f32[1,2,2] "x"
    const %w f32[2,2,1] = {1, 2, 3, 4}
    const %s f32[4,1] = {1, 2, 3, 4}
    const %t f32[4,1] = {5, 6, 7, 8}
    %c = ConvTranspose(%x, %w) {strides=[1], pads=[0,0], dilations=[1], output_padding=[0], group=2}
    %d = Mul(%c, %s)
    %y = Add(%d, %t)
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,2] "x"
    const %w f32[2,2,1] = {1, 4, 9, 16}
    const %b f32[4] = {5, 6, 7, 8}
    %y = ConvTranspose(%x, %w, %b) {strides=[1], pads=[0,0], dilations=[1], output_padding=[0], group=2}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShift, WorksInsideAnArmButNotWhenAnotherArmUsesTheConvolution) {
  const auto branchy = [](std::string_view nodes, std::string_view early) {
    return fmt::format(R"(
      input %x f32[1,2,3] "x"
      const %w f32[2,2,1] = {{1, 2, 3, 4}}
      const %s f32[2,1] = {{2, 3}}
      {}
      output "y"
      decide max_prob(%x) > 0 {{ exit({}) exit(%y) }})",
                       nodes, early);
  };
  constexpr std::string_view kScaled = "%c = Conv(%x, %w) {1d} %y = Mul(%c, %s)";
  expect_rewrite("fold_scale_shift", 1, branchy(kScaled, "%x"),
                 branchy("const %v f32[2,2,1] = {2, 4, 9, 12} %y = Conv(%x, %v) {1d}", "%x"));
  expect_untouched("fold_scale_shift", branchy(kScaled, "%c"));
}

}  // namespace

}  // namespace exeunt
