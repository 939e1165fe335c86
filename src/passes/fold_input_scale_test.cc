#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// %x [1,2,4], weights of 2 to 1 channels; `nodes` make %y.
std::string input_scale_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,4] "x"
    const %w f32[1,2,2] = {{1, 2, 3, 4}}
    const %b f32[1] = {{5}}
    const %s f32[2,1] = {{2, 4}}
    const %t f32[2,1] = {{6, 8}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(FoldInputScale, ScaleAndShiftGoIntoAConvolutionWithoutPadding) {
  expect_rewrite("fold_input_scale", 1, input_scale_graph(R"(
    %a = Mul(%x, %s)
    %n = Add(%a, %t)
    %y = Conv(%n, %w, %b) {1d} "conv")"),
                 R"(
    input %x f32[1,2,4] "x"
    const %w f32[1,2,2] = {2, 4, 12, 16}
    const %b f32[1] = {79}
    %y = Conv(%x, %w, %b) {1d} "conv"
    output "y"
    exit(%y))");
}

TEST(FoldInputScale, AShiftMakesABiasWhereThereIsNone) {
  expect_rewrite("fold_input_scale", 1, input_scale_graph("%n = Sub(%x, %t) %y = Conv(%n, %w) {1d, activation=relu}"),
                 R"(
    input %x f32[1,2,4] "x"
    const %w f32[1,2,2] = {1, 2, 3, 4}
    const %b f32[1] = {-74}
    %y = Conv(%x, %w, %b) {1d, activation=relu}
    output "y"
    exit(%y))");
}

TEST(FoldInputScale, BeforePaddingTheShiftStaysAsAnAdd) {
  expect_rewrite("fold_input_scale", 1, input_scale_graph(R"(
    %a = Mul(%x, %s)
    %n = Add(%a, %t) "shifted"
    %y = Conv(%n, %w, %b) {strides=[1], pads=[1,0], dilations=[1]})"),
                 R"(
    input %x f32[1,2,4] "x"
    const %u f32[2,1] = {3, 2}
    %n = Add(%x, %u) "shifted"
    const %w f32[1,2,2] = {2, 4, 12, 16}
    const %b f32[1] = {5}
    %y = Conv(%n, %w, %b) {strides=[1], pads=[1,0], dilations=[1]}
    output "y"
    exit(%y))");
}

TEST(FoldInputScale, BeforePaddingAScaleFoldsAndAShiftAloneStays) {
  constexpr std::string_view kPadded = "{strides=[1], pads=[1,0], dilations=[1]}";
  expect_rewrite("fold_input_scale", 1,
                 input_scale_graph(fmt::format("%n = Mul(%x, %s) %y = Conv(%n, %w, %b) {}", kPadded)),
                 fmt::format(R"(
    input %x f32[1,2,4] "x"
    const %w f32[1,2,2] = {{2, 4, 12, 16}}
    const %b f32[1] = {{5}}
    %y = Conv(%x, %w, %b) {}
    output "y"
    exit(%y))",
                             kPadded));
  expect_untouched("fold_input_scale",
                   input_scale_graph(fmt::format("%n = Add(%x, %t) %y = Conv(%n, %w, %b) {}", kPadded)));
}

TEST(FoldInputScale, BeforePaddingAScaleOfZeroStays) {
  expect_untouched("fold_input_scale", input_scale_graph(R"(
    const %z f32[2,1] = {0, 4}
    %a = Mul(%x, %z)
    %n = Add(%a, %t)
    %y = Conv(%n, %w, %b) {strides=[1], pads=[1,0], dilations=[1]})"));
}

TEST(FoldInputScale, GroupsReadTheirOwnChannels) {
  expect_rewrite("fold_input_scale", 1, R"(
    input %x f32[1,4,2] "x"
    const %w f32[2,2,1] = {1, 2, 3, 4}
    const %s f32[4,1] = {2, 3, 4, 5}
    const %t f32[4,1] = {1, 2, 3, 4}
    %a = Mul(%x, %s)
    %n = Add(%a, %t)
    %y = Conv(%n, %w) {1d, group=2}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,4,2] "x"
    const %w f32[2,2,1] = {2, 6, 12, 20}
    const %b f32[2] = {5, 25}
    %y = Conv(%x, %w, %b) {1d, group=2}
    output "y"
    exit(%y))");
}

TEST(FoldInputScale, ATransposedConvolutionTakesTheScale) {
  expect_rewrite("fold_input_scale", 1, R"(
    input %x f32[1,2,2] "x"
    const %w f32[2,1,2] = {1, 2, 3, 4}
    const %s f32[2,1] = {2, 4}
    %a = Add(%x, %s)
    %n = Mul(%a, %s)
    %y = ConvTranspose(%n, %w) {strides=[1], pads=[0,0], dilations=[1], output_padding=[0]}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,2] "x"
    const %s f32[2,1] = {2, 4}
    %n = Add(%x, %s)
    const %w f32[2,1,2] = {2, 4, 12, 16}
    %y = ConvTranspose(%n, %w) {strides=[1], pads=[0,0], dilations=[1], output_padding=[0]}
    output "y"
    exit(%y))");
}

/// A product of %n, which `nodes` make of %x [2,2], with weights.
std::string scaled_product(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,2] "x"
    const %w f32[2,2] = {{1, 2, 3, 4}}
    const %c f32[2] = {{1, 2}}
    const %s f32[2] = {{2, 4}}
    const %column f32[2,1] = {{2, 3}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(FoldInputScale, AGemmTakesBoth) {
  expect_rewrite("fold_input_scale", 1, scaled_product(R"(
    %a = Mul(%x, %s)
    %n = Add(%a, %s)
    %y = Gemm(%n, %w, %c) {alpha=2, beta=3})"),
                 R"(
    input %x f32[2,2] "x"
    const %w f32[2,2] = {2, 4, 12, 16}
    const %c f32[2] = {31, 46}
    %y = Gemm(%x, %w, %c) {alpha=2}
    output "y"
    exit(%y))");
  expect_rewrite("fold_input_scale", 1, scaled_product("%n = Mul(%x, %s) %y = Gemm(%n, %w) {trans_b=true}"), R"(
    input %x f32[2,2] "x"
    const %w f32[2,2] = {2, 8, 6, 16}
    %y = Gemm(%x, %w) {trans_b=true}
    output "y"
    exit(%y))");
}

TEST(FoldInputScale, AProductTakesScaleAndShift) {
  expect_rewrite("fold_input_scale", 1, scaled_product("%n = Mul(%x, %s) %y = MatMul(%n, %w)"), R"(
    input %x f32[2,2] "x"
    const %w f32[2,2] = {2, 4, 12, 16}
    %y = MatMul(%x, %w)
    output "y"
    exit(%y))");
  expect_rewrite("fold_input_scale", 1, scaled_product("%n = Add(%x, %s) %y = MatMul(%n, %w)"), R"(
    input %x f32[2,2] "x"
    const %w f32[2,2] = {1, 2, 3, 4}
    const %b f32[2] = {14, 20}
    %y = MatMul(%x, %w, %b)
    output "y"
    exit(%y))");
}

TEST(FoldInputScale, NumbersAlongAnotherAxisStay) {
  expect_untouched("fold_input_scale", scaled_product("%n = Mul(%x, %column) %y = Gemm(%n, %w)"));
  expect_untouched("fold_input_scale", input_scale_graph("const %k f32[4] = {1, 2, 3, 4} %n = Mul(%x, %k) "
                                                         "%y = Conv(%n, %w) {1d}"));
}

TEST(FoldInputScale, WhatElseIsUsedStays) {
  expect_untouched("fold_input_scale", input_scale_graph("%n = Mul(%x, %s) %c = Conv(%n, %w) {1d} %r = Relu(%n) "
                                                         "const %k f32[1,2,2] = {1, 2, 3, 5} %d = Conv(%r, %k) {1d} "
                                                         "%y = Add(%c, %d)"));
  expect_untouched("fold_input_scale", R"(
    input %x f32[1,1,3] "x"
    const %w f32[1,1,1] = {2}
    const %k f32[] = {3}
    %n = Mul(%x, %k)
    %y = Conv(%n, %w) {1d}
    output "y"
    decide max_prob(%n) > 0 { exit(%x) exit(%y) })");
}

TEST(FoldInputScale, ComputedWeightsAndExactConvolutionsStay) {
  expect_untouched("fold_input_scale", R"(
    input %x f32[1,1,3] "x"
    input %w f32[1,1,1] "w"
    const %k f32[] = {3}
    %n = Mul(%x, %k)
    %y = Conv(%n, %w) {1d}
    output "y"
    exit(%y))");
  expect_untouched("fold_input_scale", input_scale_graph("%n = Mul(%x, %s) %y = Conv(%n, %w, %b, _, %b) {1d}"));
}

TEST(FoldInputScale, AComputedBiasTakesNoShift) {
  expect_rewrite("fold_input_scale", 1, R"(
    input %x f32[1,1,3] "x"
    input %b f32[1] "b"
    const %w f32[1,1,1] = {2}
    const %k f32[] = {4}
    %a = Mul(%x, %k)
    %n = Add(%a, %k)
    %y = Conv(%n, %w, %b) {1d}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,1,3] "x"
    input %b f32[1] "b"
    const %one f32[] = {1}
    %n = Add(%x, %one)
    const %w f32[1,1,1] = {8}
    %y = Conv(%n, %w, %b) {1d}
    output "y"
    exit(%y))");
}

}  // namespace

}  // namespace exeunt
