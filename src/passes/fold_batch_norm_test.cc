#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// A convolution of two channels to two, the four parameters of a norm, then `nodes`.
std::string with_nodes(std::string_view nodes) {
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

TEST(FoldBatchNorm, FoldsIntoTheWeightsAndMakesABias) {
  expect_rewrite("fold_batch_norm", 1, with_nodes(R"(
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

TEST(FoldBatchNorm, FoldsIntoAnExistingBias) {
  expect_rewrite("fold_batch_norm", 1, with_nodes(R"(
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

TEST(FoldBatchNorm, ABiasLeftOutIsZero) {
  expect_rewrite("fold_batch_norm", 1, with_nodes(R"(
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

TEST(FoldBatchNorm, KeepsTheConvolutionsFields) {
  expect_rewrite("fold_batch_norm", 1, with_nodes(R"(
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

TEST(FoldBatchNorm, FoldsOneNormAfterTheOther) {
  expect_rewrite("fold_batch_norm", 2, with_nodes(R"(
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
  EXPECT_EQ(run_pass(after, find_pass("fold_batch_norm")), 1);
  expect_equal_results(before, after, tolerance);
}

TEST(FoldBatchNorm, GivesTheSameUpToRoundingInEveryFloatType) {
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

TEST(FoldBatchNorm, LeavesAConvolutionAloneThatAnythingElseUses) {
  expect_untouched("fold_batch_norm", with_nodes(R"(
    %c = Conv(%x, %w) {1d}
    %n = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1}
    %y = Add(%n, %c))"));
  expect_untouched("fold_batch_norm", with_nodes(R"(
    %c = Conv(%x, %w) {1d}
    %m = BatchNorm(%c, %scale, %bias, %mean, %variance) {epsilon=1}
    %n = BatchNorm(%c, %scale, %mean, %bias, %variance) {epsilon=1}
    %y = Add(%n, %m))"));
}

TEST(FoldBatchNorm, AConvolutionThatIsDecidedOnOrReturnedIsUsed) {
  for (const std::string_view tree :
       {"decide max_prob(%c) > 0 { exit(%x) exit(%n) }", "decide max_prob(%x) > 0 { exit(%c) exit(%n) }"}) {
    expect_untouched("fold_batch_norm", fmt::format(R"(
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

TEST(FoldBatchNorm, SharedWeightsStayForTheOthers) {
  expect_rewrite("fold_batch_norm", 1, with_nodes(R"(
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

TEST(FoldBatchNorm, EveryParameterMustBeConstant) {
  for (const std::string_view operands : {"%i, %p, %p, %p", "%p, %i, %p, %p", "%p, %p, %i, %p", "%p, %p, %p, %i"}) {
    SCOPED_TRACE(operands);
    expect_untouched("fold_batch_norm", fmt::format(R"(
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

TEST(FoldBatchNorm, WeightsAndBiasMustBeConstant) {
  for (const std::string_view operands : {"%x, %v", "%x, %v, %p", "%x, %w, %i"}) {
    SCOPED_TRACE(operands);
    expect_untouched("fold_batch_norm", fmt::format(R"(
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

TEST(FoldBatchNorm, WhatComesBetweenStaysBetween) {
  for (const std::string_view conv : {"Conv(%x, %w) {1d, activation=relu}", "Conv(%x, %w, %b, %x) {1d}",
                                      "Conv(%x, %w, %b, %residual) {1d}", "Relu(%x)"}) {
    SCOPED_TRACE(conv);
    expect_untouched("fold_batch_norm", with_nodes(fmt::format(R"(
      %c = {}
      %y = BatchNorm(%c, %scale, %bias, %mean, %variance) {{epsilon=1}})",
                                                               conv)));
  }
}

}  // namespace

}  // namespace exeunt
