#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// Constants for convolutions of two channels to two (%w) and of %x's four to two (%v); `nodes` make %y.
std::string residual_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    input %z f32[1,4,3] "z"
    const %w f32[2,2,1] = {{1, 2, 3, -4}}
    const %v f32[2,4,1] = {{1, 2, 3, 4, -1, -2, -3, -4}}
    const %b f32[2] = {{10, 20}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(FuseResidual, TheAddMovesIntoTheConvolution) {
  for (const std::string_view operands : {"%c, %r", "%r, %c"}) {
    SCOPED_TRACE(operands);
    expect_rewrite("fuse_residual", 1,
                   residual_graph(fmt::format(R"(
      %r = Relu(%x)
      %c = Conv(%x, %w, %b) {{1d}} "conv"
      %y = Add({}) "add")",
                                              operands)),
                   residual_graph(R"(
      %r = Relu(%x)
      %y = Conv(%x, %w, %b, %r) {1d} "add")"));
  }
}

TEST(FuseResidual, ABiasMayBeLeftOut) {
  for (const std::string_view conv : {"Conv(%x, %w) {1d}", "Conv(%x, %w, _) {1d}"}) {
    expect_rewrite("fuse_residual", 1, residual_graph(fmt::format("%c = {} %y = Add(%c, %x)", conv)),
                   residual_graph("%y = Conv(%x, %w, _, %x) {1d}"));
  }
}

TEST(FuseResidual, AProductTakesItToo) {
  const std::string head = R"(
    input %x f32[2,3,4] "x"
    const %w f32[4,4] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
    const %b f32[4] = {1, 2, 3, 4}
)";
  expect_rewrite("fuse_residual", 1, head + R"(
    %m = MatMul(%x, %w, %b)
    %y = Add(%x, %m)
    output "y"
    exit(%y))",
                 head + R"(
    %y = MatMul(%x, %w, %b, %x)
    output "y"
    exit(%y))");
}

TEST(FuseResidual, OfTwoConvolutionsTheLargerTakesTheOther) {
  const std::string fused = residual_graph(R"(
    %small = Conv(%x, %w) {1d}
    %y = Conv(%z, %v, _, %small) {1d})");
  for (const std::string_view operands : {"%small, %large", "%large, %small"}) {
    SCOPED_TRACE(operands);
    expect_rewrite("fuse_residual", 1,
                   residual_graph(fmt::format(R"(
      %small = Conv(%x, %w) {{1d}}
      %large = Conv(%z, %v) {{1d}}
      %y = Add({}))",
                                              operands)),
                   fused);
  }
}

TEST(FuseResidual, OfEqualConvolutionsTheFirstTakesTheOther) {
  expect_rewrite("fuse_residual", 1, residual_graph(R"(
    %a = Conv(%x, %w, %b) {1d}
    %c = Conv(%x, %w) {1d}
    %y = Add(%c, %a))"),
                 residual_graph(R"(
    %a = Conv(%x, %w, %b) {1d}
    %y = Conv(%x, %w, _, %a) {1d})"));
}

TEST(FuseResidual, TheSmallerTakesItIfTheLargerCannot) {
  expect_rewrite("fuse_residual", 1, residual_graph(R"(
    %small = Conv(%x, %w) {1d}
    %large = Conv(%z, %v) {1d, activation=relu}
    %y = Add(%large, %small))"),
                 residual_graph(R"(
    %large = Conv(%z, %v) {1d, activation=relu}
    %y = Conv(%x, %w, _, %large) {1d})"));
}

TEST(FuseResidual, AChainOfBlocksFusesBlockByBlock) {
  expect_rewrite("fuse_residual", 2, residual_graph(R"(
    %c = Conv(%x, %w) {1d}
    %s = Add(%c, %x)
    %r = Relu(%s)
    %d = Conv(%r, %w) {1d}
    %y = Add(%r, %d))"),
                 residual_graph(R"(
    %s = Conv(%x, %w, _, %x) {1d}
    %r = Relu(%s)
    %y = Conv(%r, %w, _, %r) {1d})"));
}

TEST(FuseResidual, AConvolutionTakesOneResidualOnly) {
  expect_rewrite("fuse_residual", 1, residual_graph(R"(
    %c = Conv(%x, %w) {1d}
    %s = Add(%c, %x)
    %y = Add(%s, %x))"),
                 residual_graph(R"(
    %s = Conv(%x, %w, _, %x) {1d}
    %y = Add(%s, %x))"));
}

TEST(FuseResidual, WhatDependsOnTheConvolutionIsNoResidual) {
  expect_untouched("fuse_residual", residual_graph(R"(
    %c = Conv(%x, %w) {1d}
    %r = Relu(%c)
    %y = Add(%c, %r))"));
  expect_untouched("fuse_residual", residual_graph(R"(
    %c = Conv(%x, %w) {1d}
    %y = Add(%c, %c))"));
}

TEST(FuseResidual, AConvolutionInsideAnothersOperandIsNotTouched) {
  expect_rewrite("fuse_residual", 1, residual_graph(R"(
    %c = Conv(%x, %w) {1d}
    %d = Conv(%c, %w) {1d}
    %y = Add(%d, %c))"),
                 residual_graph(R"(
    %c = Conv(%x, %w) {1d}
    %y = Conv(%c, %w, _, %c) {1d})"));
}

TEST(FuseResidual, TheAddMustNotBroadcast) {
  for (const std::string_view r : {"f32[1,2,1]", "f32[3]", "f32[1,1,3]", "f32[]", "f32[1,1,2,3]", "f32[2,2,3]"}) {
    SCOPED_TRACE(r);
    expect_untouched("fuse_residual", fmt::format(R"(
      input %x f32[1,2,3] "x"
      input %r {} "r"
      const %w f32[2,2,1] = {{1, 2, 3, -4}}
      %c = Conv(%x, %w) {{1d}}
      %y = Add(%c, %r)
      output "y"
      exit(%y))",
                                                  r));
  }
}

TEST(FuseResidual, LeavesOtherAddsAlone) {
  for (const std::string_view nodes :
       {"%c = Conv(%x, %w) {1d} const %r f32[1,2,3] = fill(2) %y = Add(%c, %r)",
        "%c = Conv(%x, %w) {1d, activation=relu} %y = Add(%c, %x)", "%c = Conv(%x, %w, _, %x) {1d} %y = Add(%c, %x)",
        "%c = Conv(%x, %w) {1d} %y = Sub(%c, %x)", "%c = Relu(%x) %y = Add(%c, %x)",
        "%c = Conv(%x, %w) {1d} %s = Add(%c, %x) %y = Sub(%s, %c)"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("fuse_residual", residual_graph(nodes));
  }
}

/// A convolution and an Add with %r; `early` is what leaves before them.
std::string residual_tree(std::string_view nodes, std::string_view early) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {{1, 2, 3, -4}}
    %r = Relu(%x)
    {}
    output "y"
    decide max_prob(%x) > 0 {{ exit({}) exit(%y) }})",
                     nodes, early);
}

constexpr std::string_view kBlock = "%c = Conv(%x, %w) {1d} %y = Add(%c, %r)";

TEST(FuseResidual, WorksInsideAnArmWhateverTheResidualIsUsedForElsewhere) {
  constexpr std::string_view kFused = "%y = Conv(%x, %w, _, %r) {1d}";
  expect_rewrite("fuse_residual", 1, residual_tree(kBlock, "%x"), residual_tree(kFused, "%x"));
  expect_rewrite("fuse_residual", 1, residual_tree(kBlock, "%r"), residual_tree(kFused, "%r"));
}

TEST(FuseResidual, AConvolutionThatAnotherArmUsesStays) {
  expect_untouched("fuse_residual", residual_tree(kBlock, "%c"));
}

TEST(FuseResidual, TheSharedConvolutionOfTwoBecomesTheResidual) {
  expect_rewrite("fuse_residual", 1,
                 residual_tree("%c = Conv(%x, %w) {1d} %d = Conv(%r, %w) {1d} %y = Add(%c, %d)", "%c"),
                 residual_tree("%c = Conv(%x, %w) {1d} %y = Conv(%r, %w, _, %c) {1d}", "%c"));
}

}  // namespace

}  // namespace exeunt
