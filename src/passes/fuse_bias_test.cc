#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// %c: a convolution of two channels to three, [1,3,2,3]; `nodes` make %y of it.
std::string with_conv(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,2,3] "x"
    const %w f32[3,2,1,1] = {{1, 2, 3, -4, -1, 1}}
    %c = Conv(%x, %w) {{2d}} "conv"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

constexpr std::string_view kFusedBias = R"(
    input %x f32[1,2,2,3] "x"
    const %w f32[3,2,1,1] = {1, 2, 3, -4, -1, 1}
    const %b f32[3] = {10, 20, 30}
    %y = Conv(%x, %w, %b) {2d} "add"
    output "y"
    exit(%y))";

TEST(FuseBias, TakesOneNumberAChannelInAnyOfItsShapes) {
  for (const std::string_view shape : {"[1,3,1,1]", "[3,1,1]"}) {
    for (const std::string_view operands : {"%c, %b", "%b, %c"}) {
      SCOPED_TRACE(fmt::format("{} as {}", shape, operands));
      expect_rewrite("fuse_bias", 1,
                     with_conv(fmt::format(R"(
        const %b f32{} = {{10, 20, 30}}
        %y = Add({}) "add")",
                                           shape, operands)),
                     kFusedBias);
    }
  }
}

TEST(FuseBias, LeavesAloneWhatIsNotOneNumberAChannel) {
  for (const std::string_view shape : {"[1,1,1,3]", "[1,1,3]", "[1,3]", "[3]", "[]", "[1]", "[1,1,1,1]", "[1,1,2,1]",
                                       "[1,3,2,3]", "[3,2,3]", "[1,3,1,3]"}) {
    SCOPED_TRACE(shape);
    expect_untouched("fuse_bias", with_conv(fmt::format(R"(
      const %b f32{} = fill(7)
      %y = Add(%c, %b))",
                                                        shape)));
  }
}

TEST(FuseBias, LeavesAloneWhatTheSumWouldWiden) {
  for (const std::string_view shape : {"[2,3,1,1]", "[1,1,3,1,1]", "[3,1,1,1]"}) {
    SCOPED_TRACE(shape);
    expect_untouched("fuse_bias", with_conv(fmt::format(R"(
      const %b f32{} = fill(7)
      %y = Add(%c, %b))",
                                                        shape)));
  }
}

TEST(FuseBias, OneChannelTakesOneNumberOfAnyShape) {
  for (const std::string_view shape : {"[]", "[1]", "[1,1]", "[1,1,1]"}) {
    SCOPED_TRACE(shape);
    expect_rewrite("fuse_bias", 1,
                   fmt::format(R"(
      input %x f32[1,2,3] "x"
      const %w f32[1,2,1] = {{1, 2}}
      %c = Conv(%x, %w) {{1d}}
      const %b f32{} = {{5}}
      %y = Add(%c, %b)
      output "y"
      exit(%y))",
                               shape),
                   R"(
      input %x f32[1,2,3] "x"
      const %w f32[1,2,1] = {1, 2}
      const %b f32[1] = {5}
      %y = Conv(%x, %w, %b) {1d}
      output "y"
      exit(%y))");
  }
}

TEST(FuseBias, TheConvolutionMustBeBare) {
  for (const std::string_view conv :
       {"Conv(%x, %w, %v) {2d}", "Conv(%x, %w) {2d, activation=relu}", "Conv(%x, %w, _, %c) {2d}"}) {
    SCOPED_TRACE(conv);
    expect_untouched("fuse_bias", with_conv(fmt::format(R"(
      const %v f32[3] = {{1, 2, 3}}
      const %b f32[3,1,1] = {{10, 20, 30}}
      %d = {}
      %e = Add(%d, %b)
      %y = Sub(%e, %c))",
                                                        conv)));
  }
}

TEST(FuseBias, TheNumbersMustBeConstantAndTheOpAnAdd) {
  expect_untouched("fuse_bias", with_conv(R"(
    %b = ReduceMax(%c) {axes=[0,2,3]}
    %y = Add(%c, %b))"));
  expect_untouched("fuse_bias", with_conv(R"(
    const %b f32[3,1,1] = {10, 20, 30}
    %y = Sub(%c, %b))"));
}

TEST(FuseBias, ASharedConvolutionStays) {
  expect_untouched("fuse_bias", with_conv(R"(
    const %b f32[3,1,1] = {10, 20, 30}
    %s = Add(%c, %b)
    %y = Sub(%s, %c))"));
}

TEST(FuseBias, WorksInsideAnArmButNotWhenAnotherArmUsesTheConvolution) {
  const auto branchy = [](std::string_view conv, std::string_view early) {
    return fmt::format(R"(
      input %x f32[1,2,3] "x"
      const %w f32[2,2,1] = {{1, 2, 3, 4}}
      const %b f32[{}] = {{5, 6}}
      {}
      output "y"
      decide max_prob(%x) > 0 {{ exit({}) exit(%y) }})",
                       conv.find("Add") == std::string_view::npos ? "2" : "2,1", conv, early);
  };
  constexpr std::string_view kAdd = "%c = Conv(%x, %w) {1d} %y = Add(%c, %b)";
  expect_rewrite("fuse_bias", 1, branchy(kAdd, "%x"), branchy("%y = Conv(%x, %w, %b) {1d}", "%x"));
  expect_untouched("fuse_bias", branchy(kAdd, "%c"));
}

/// %m: a product [2,3]; `nodes` make %y of it.
std::string biased_product(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,2] "x"
    const %w f32[2,3] = {{1, 2, 3, 4, 5, 6}}
    %m = MatMul(%x, %w) "product"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(FuseBias, AProductAndARowMakeAGemm) {
  for (const std::string_view shape : {"[3]", "[1,3]"}) {
    for (const std::string_view operands : {"%m, %b", "%b, %m"}) {
      SCOPED_TRACE(fmt::format("{} as {}", shape, operands));
      expect_rewrite("fuse_bias", 1,
                     biased_product(fmt::format(R"(
        const %b f32{} = {{10, 20, 30}}
        %y = Add({}) "add")",
                                                shape, operands)),
                     R"(
        input %x f32[2,2] "x"
        const %w f32[2,3] = {1, 2, 3, 4, 5, 6}
        const %b f32[3] = {10, 20, 30}
        %y = Gemm(%x, %w, %b) "add"
        output "y"
        exit(%y))");
    }
  }
}

TEST(FuseBias, AGemmWithoutABiasTakesARowToo) {
  constexpr std::string_view kAround = R"(
    input %x f32[2,2] "x"
    const %w f32[2,3] = {{1, 2, 3, 4, 5, 6}}
    const %b f32{} = {{10, 20, 30}}
    {}
    output "y"
    exit(%y))";
  expect_rewrite("fuse_bias", 1, fmt::format(kAround, "[1,3]", "%m = Gemm(%x, %w) {alpha=2} %y = Add(%b, %m)"),
                 fmt::format(kAround, "[3]", "%y = Gemm(%x, %w, %b) {alpha=2}"));
  for (const std::string_view gemm : {"Gemm(%x, %w, %b)", "Gemm(%x, %w) {activation=relu}", "Gemm(%x, %w) {beta=2}"}) {
    SCOPED_TRACE(gemm);
    expect_untouched("fuse_bias", fmt::format(kAround, "[3]", fmt::format("%m = {} %y = Add(%m, %b)", gemm)));
  }
}

TEST(FuseBias, AProductTakesNoColumnScalarOrMatrix) {
  for (const std::string_view shape : {"[2,1]", "[]", "[1,1]", "[2,3]", "[1,1,3]"}) {
    SCOPED_TRACE(shape);
    expect_untouched("fuse_bias", biased_product(fmt::format(R"(
      const %b f32{} = fill(7)
      %y = Add(%m, %b))",
                                                             shape)));
  }
}

TEST(FuseBias, AColumnIsNoRowEvenOfASquareProduct) {
  expect_untouched("fuse_bias", R"(
    input %x f32[3,3] "x"
    const %b f32[3,1] = {10, 20, 30}
    %m = MatMul(%x, %x)
    %y = Add(%m, %b)
    output "y"
    exit(%y))");
}

TEST(FuseBias, AProductOfMoreThanMatricesTakesARow) {
  const std::string head = R"(
      input %x f32[1,2,2] "x"
      const %w f32[2,3] = {1, 2, 3, 4, 5, 6}
      const %b f32[3] = {10, 20, 30}
)";
  expect_rewrite("fuse_bias", 1, head + R"(
      %m = MatMul(%x, %w)
      %y = Add(%m, %b)
      output "y"
      exit(%y))",
                 head + R"(
      %y = MatMul(%x, %w, %b)
      output "y"
      exit(%y))");
}

TEST(FuseBias, AVectorAndAColumnStay) {
  for (const auto& [x, b] : {std::pair{"[2]", "[3]"}, std::pair{"[1,3,2]", "[3,1]"}}) {
    SCOPED_TRACE(x);
    expect_untouched("fuse_bias", fmt::format(R"(
      input %x f32{} "x"
      const %w f32[2,3] = {{1, 2, 3, 4, 5, 6}}
      const %b f32{} = {{10, 20, 30}}
      %m = MatMul(%x, %w)
      %y = Add(%m, %b)
      output "y"
      exit(%y))",
                                              x, b));
  }
}

TEST(FuseBias, IntegerProductsFuseToo) {
  expect_rewrite("fuse_bias", 1, R"(
    input %x i32[1,2] "x"
    input %w i32[2,2] "w"
    const %b i32[2] = {2147483647, -5}
    %m = MatMul(%x, %w)
    %y = Add(%m, %b)
    output "y"
    exit(%y))",
                 R"(
    input %x i32[1,2] "x"
    input %w i32[2,2] "w"
    const %b i32[2] = {2147483647, -5}
    %y = Gemm(%x, %w, %b)
    output "y"
    exit(%y))");
}

}  // namespace

}  // namespace exeunt
