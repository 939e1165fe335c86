#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string gemm_graph(std::string_view nodes, std::string_view dtype = "f32") {
  return fmt::format(R"(
    input %x {0}[2,3] "x"
    input %z {0}[2,3] "z"
    {1}
    output "y"
    exit(%y))",
                     dtype, nodes);
}

TEST(CanonicalGemm, IsTheProductOfTwoMatrices) {
  expect_rewrite("canonical_gemm", 1, gemm_graph("const %w f32[3,1] = {1, 2, 3} %y = MatMul(%x, %w) \"name\""),
                 gemm_graph("const %w f32[3,1] = {1, 2, 3} %y = Gemm(%x, %w) \"name\""));
}

TEST(CanonicalGemm, NotOfMoreAxesOrFewer) {
  expect_untouched("canonical_gemm", gemm_graph("const %w f32[3] = {1, 2, 3} %y = MatMul(%x, %w)"));
  expect_untouched("canonical_gemm", gemm_graph("const %w f32[1,3,1] = {1, 2, 3} %y = MatMul(%x, %w)"));
}

TEST(CanonicalGemm, ConstantsAreStoredAsTheyMultiply) {
  expect_rewrite("canonical_gemm", 1,
                 gemm_graph("const %w f32[2,3] = {1, 2, 3, 4, 5, 6} %y = Gemm(%x, %w) {trans_b=true}"),
                 gemm_graph("const %w f32[3,2] = {1, 4, 2, 5, 3, 6} %y = Gemm(%x, %w)"));
  expect_rewrite("canonical_gemm", 1, gemm_graph("const %w f32[2,1] = {1, 2} %y = Gemm(%w, %x) {trans_a=true}"),
                 gemm_graph("const %w f32[1,2] = {1, 2} %y = Gemm(%w, %x)"));
}

TEST(CanonicalGemm, OthersAreReadAsTheyAre) {
  expect_untouched("canonical_gemm", gemm_graph("%y = Gemm(%x, %z) {trans_b=true}"));
  expect_untouched("canonical_gemm", gemm_graph("%y = Gemm(%x, %z) {trans_a=true, alpha=2}"));
}

TEST(CanonicalGemm, FactorsGoIntoConstants) {
  expect_rewrite("canonical_gemm", 1, gemm_graph(R"(
    const %w f32[3,1] = {1, 2, 3}
    const %c f32[1] = {4}
    %y = Gemm(%x, %w, %c) {alpha=0.5, beta=2})"),
                 gemm_graph(R"(
    const %w f32[3,1] = {0.5, 1, 1.5}
    const %c f32[1] = {8}
    %y = Gemm(%x, %w, %c))"));
  expect_rewrite("canonical_gemm", 1, gemm_graph("%y = Gemm(%x, %z) {trans_b=true, beta=3}"),
                 gemm_graph("%y = Gemm(%x, %z) {trans_b=true}"));
}

TEST(CanonicalGemm, FactorsOfIntegersStay) {
  expect_untouched("canonical_gemm", gemm_graph("const %w i32[3,1] = {1, 2, 3} %y = Gemm(%x, %w) {alpha=0.5}", "i32"));
}

TEST(CanonicalGemm, ABiasIsARow) {
  for (const std::string_view c : {"f32[1,2] = {7, 7}", "f32[] = {7}", "f32[1] = {7}", "f32[1,1] = {7}"}) {
    SCOPED_TRACE(c);
    constexpr std::string_view kAround = "const %w f32[3,2] = {{1, 2, 3, 4, 5, 6}} const %c {} %y = Gemm(%x, %w, %c)";
    expect_rewrite("canonical_gemm", 1, gemm_graph(fmt::format(kAround, c)),
                   gemm_graph(fmt::format(kAround, "f32[2] = {7, 7}")));
  }
  expect_untouched(
      "canonical_gemm",
      gemm_graph("const %w f32[3,2] = {1, 2, 3, 4, 5, 6} const %c f32[2,1] = {7, 8} %y = Gemm(%x, %w, %c)"));
}

}  // namespace

}  // namespace exeunt
