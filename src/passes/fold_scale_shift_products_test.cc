#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// A product of %x [2,2] with %w; `nodes` make %y [2,3] of it.
std::string scale_shift_product(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,2] "x"
    const %w f32[2,3] = {{1, 2, 3, 4, 5, 6}}
    const %v f32[3,2] = {{1, 4, 2, 5, 3, 6}}
    const %c f32[3] = {{1, 2, 3}}
    const %s f32[3] = {{2, 3, 4}}
    const %column f32[2,1] = {{2, 3}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(FoldScaleShiftProducts, AGemmTakesTheNumbersOfItsColumns) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_product(R"(
    %g = Gemm(%x, %w, %c) {alpha=2, beta=3}
    %h = Mul(%g, %s)
    %y = Add(%h, %s))"),
                 R"(
    input %x f32[2,2] "x"
    const %w f32[2,3] = {2, 6, 12, 8, 15, 24}
    const %c f32[3] = {8, 21, 40}
    %y = Gemm(%x, %w, %c) {alpha=2}
    output "y"
    exit(%y))");
  expect_rewrite("fold_scale_shift", 1, scale_shift_product("%g = Gemm(%x, %v) {trans_b=true} %y = Mul(%g, %s)"), R"(
    input %x f32[2,2] "x"
    const %w f32[3,2] = {2, 8, 6, 15, 12, 24}
    %y = Gemm(%x, %w) {trans_b=true}
    output "y"
    exit(%y))");
}

TEST(FoldScaleShiftProducts, AProductOfMatricesBecomesAGemm) {
  expect_rewrite("fold_scale_shift", 1, scale_shift_product(R"(
    %g = MatMul(%x, %w)
    %h = Mul(%g, %s)
    %y = Sub(%h, %c))"),
                 R"(
    input %x f32[2,2] "x"
    const %w f32[2,3] = {2, 6, 12, 8, 15, 24}
    const %c f32[3] = {-1, -2, -3}
    %y = Gemm(%x, %w, %c)
    output "y"
    exit(%y))");
}

TEST(FoldScaleShiftProducts, AProductOfMoreThanMatricesTakesScaleAndShift) {
  expect_rewrite("fold_scale_shift", 1, R"(
    input %x f32[1,2,2] "x"
    const %w f32[2,2] = {1, 2, 3, 4}
    const %s f32[2] = {2, 3}
    %g = MatMul(%x, %w)
    %h = Add(%g, %s)
    %y = Mul(%h, %s) "last"
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,2] "x"
    const %w f32[2,2] = {2, 6, 6, 12}
    const %s f32[2] = {4, 9}
    %y = MatMul(%x, %w, %s) "last"
    output "y"
    exit(%y))");
}

TEST(FoldScaleShiftProducts, AProductTakesNoNumbersOfItsRowsNorBesideAMatrixThatIsAdded) {
  expect_untouched("fold_scale_shift", scale_shift_product("%g = MatMul(%x, %w) %y = Mul(%g, %column)"));
  expect_untouched("fold_scale_shift", scale_shift_product("%g = Gemm(%x, %w) %y = Mul(%g, %column)"));
  expect_untouched("fold_scale_shift", scale_shift_product("%g = Gemm(%x, %w, %column) %y = Mul(%g, %s)"));
  expect_untouched("fold_scale_shift", scale_shift_product("%g = Gemm(%x, %w) {activation=relu} %y = Mul(%g, %s)"));
}

}  // namespace

}  // namespace exeunt
