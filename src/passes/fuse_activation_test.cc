#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// Operands for convolutions and products of two by two; `nodes` make %y of them.
std::string activation_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    input %m f32[2,2] "m"
    const %w f32[2,2,1] = {{1, 2, 3, -4}}
    const %v f32[2,2] = {{1, 2, 3, -4}}
    const %b f32[2] = {{-1, 2}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(FuseActivation, AReluMovesIntoTheConvolution) {
  expect_rewrite("fuse_activation", 1, activation_graph(R"(
    %c = Conv(%x, %w, %b) {1d} "conv"
    %y = Relu(%c) "relu")"),
                 activation_graph(R"(
    %y = Conv(%x, %w, %b) {1d, activation=relu} "relu")"));
}

TEST(FuseActivation, AReluMovesIntoAGemmAndItsFieldsStay) {
  expect_rewrite("fuse_activation", 1, activation_graph(R"(
    %g = Gemm(%m, %v, %b) {trans_a=true, trans_b=true, alpha=2, beta=-1}
    %y = Relu(%g))"),
                 activation_graph(R"(
    %y = Gemm(%m, %v, %b) {trans_a=true, trans_b=true, alpha=2, beta=-1, activation=relu})"));
}

TEST(FuseActivation, TheReluComesAfterTheResidual) {
  expect_rewrite("fuse_activation", 1, activation_graph(R"(
    %c = Conv(%x, %w, _, %x) {1d}
    %y = Relu(%c))"),
                 activation_graph(R"(
    %y = Conv(%x, %w, _, %x) {1d, activation=relu})"));
}

TEST(FuseActivation, EveryActivationOfTheOpsMovesWithItsParameters) {
  const std::vector<std::pair<std::string_view, std::string_view>> functions = {
      {"Clip(%c) {alpha=-1, beta=2}", "activation=clip, activation_alpha=-1, activation_beta=2"},
      {"Elu(%c) {alpha=0.5}", "activation=elu, activation_alpha=0.5"},
      {"Gelu(%c)", "activation=gelu"},
      {"GeluTanh(%c)", "activation=gelu_tanh"},
      {"HardSigmoid(%c) {alpha=0.25, beta=0.5}", "activation=hard_sigmoid, activation_alpha=0.25, activation_beta=0.5"},
      {"HardSwish(%c)", "activation=hard_swish"},
      {"LeakyRelu(%c) {alpha=0.25}", "activation=leaky_relu, activation_alpha=0.25"},
      {"Mish(%c)", "activation=mish"},
      {"Sigmoid(%c)", "activation=sigmoid"},
      {"Swish(%c) {alpha=1}", "activation=swish, activation_alpha=1"},
      {"Tanh(%c)", "activation=tanh"}};
  for (const auto& [function, fields] : functions) {
    SCOPED_TRACE(function);
    expect_rewrite("fuse_activation", 1, activation_graph(fmt::format("%c = Conv(%x, %w) {{1d}} %y = {}", function)),
                   activation_graph(fmt::format("%y = Conv(%x, %w) {{1d, {}}}", fields)), 1e-5);
    expect_rewrite("fuse_activation", 1, activation_graph(fmt::format("%c = Gemm(%m, %v) %y = {}", function)),
                   activation_graph(fmt::format("%y = Gemm(%m, %v) {{{}}}", fields)), 1e-5);
    expect_rewrite("fuse_activation", 1, activation_graph(fmt::format("%c = ScaleShift(%x, %b, %b) %y = {}", function)),
                   activation_graph(fmt::format("%y = ScaleShift(%x, %b, %b) {{{}}}", fields)), 1e-5);
  }
}

TEST(FuseActivation, ASecondReluStays) {
  expect_rewrite("fuse_activation", 1, activation_graph(R"(
    %c = Conv(%x, %w) {1d}
    %r = Relu(%c)
    %y = Relu(%r))"),
                 activation_graph(R"(
    %r = Conv(%x, %w) {1d, activation=relu}
    %y = Relu(%r))"));
}

TEST(FuseActivation, LeavesOthersAlone) {
  for (const std::string_view nodes :
       {"%c = Conv(%x, %w) {1d} %y = Selu(%c)", "%c = Conv(%x, %w) {1d} %y = Abs(%c)",
        "%c = MatMul(%m, %v) %y = Selu(%c)", "%c = Conv(%x, %w) {1d} %n = Neg(%c) %y = Relu(%n)", "%y = Relu(%x)",
        "%c = Conv(%x, %w) {1d} %r = Relu(%c) %y = Add(%r, %c)"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("fuse_activation", activation_graph(nodes));
  }
}

TEST(FuseActivation, IntegerProductsStay) {
  expect_untouched("fuse_activation", R"(
    input %x i32[2,2] "x"
    %g = Gemm(%x, %x)
    %y = Relu(%g)
    output "y"
    exit(%y))");
}

/// `early` is what leaves before the convolution's Relu.
std::string activation_tree(std::string_view nodes, std::string_view seen, std::string_view early) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {{1, 2, 3, -4}}
    {}
    output "y"
    decide max_prob({}) > 0 {{ exit({}) exit(%y) }})",
                     nodes, seen, early);
}

TEST(FuseActivation, WorksInsideAnArm) {
  constexpr std::string_view kRelu = "%c = Conv(%x, %w) {1d} %y = Relu(%c)";
  expect_rewrite("fuse_activation", 1, activation_tree(kRelu, "%x", "%x"),
                 activation_tree("%y = Conv(%x, %w) {1d, activation=relu}", "%x", "%x"));
}

TEST(FuseActivation, AConvolutionThatADecisionOrAnotherArmUsesStays) {
  constexpr std::string_view kRelu = "%c = Conv(%x, %w) {1d} %y = Relu(%c)";
  expect_untouched("fuse_activation", activation_tree(kRelu, "%x", "%c"));
  expect_untouched("fuse_activation", activation_tree(kRelu, "%c", "%x"));
}

}  // namespace

}  // namespace exeunt
