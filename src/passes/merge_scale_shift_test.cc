#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// `nodes` make %y of %x [1,2,3].
std::string scale_shifts_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    const %p f32[2] = {{4, -2}}
    const %q f32[2] = {{3, 5}}
    const %mean f32[2] = {{1, -2}}
    const %variance f32[2] = {{3, 0}}
    const %scale f32[2,1] = {{2, 3}}
    const %row f32[3] = {{1, 2, 3}}
    const %two f32[] = {{2}}
    const %one f32[] = {{1}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

// s = p / sqrt(variance + 1) = {2, -2}; t = q - mean * s = {1, 1}.

TEST(MergeScaleShift, ALoneNormIsOneScaleAndShift) {
  expect_rewrite("merge_scale_shift", 1,
                 scale_shifts_graph("%y = BatchNorm(%x, %p, %q, %mean, %variance) {epsilon=1} \"norm\""), R"(
    input %x f32[1,2,3] "x"
    const %s f32[2] = {2, -2}
    const %t f32[2] = {1, 1}
    %y = ScaleShift(%x, %s, %t) "norm"
    output "y"
    exit(%y))");
}

TEST(MergeScaleShift, TheSameSpeltOutIsTheSame) {
  expect_rewrite("merge_scale_shift", 1, R"(
    input %x f32[1,2,3] "x"
    const %mean f32[2,1] = {1, -2}
    const %inverse f32[1,2,1] = {2, -2}
    const %bias f32[2,1] = {3, 5}
    %a = Sub(%x, %mean)
    %b = Mul(%a, %inverse)
    %y = Add(%b, %bias) "norm"
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,3] "x"
    const %s f32[2] = {2, -2}
    const %t f32[2] = {1, 1}
    %y = ScaleShift(%x, %s, %t) "norm"
    output "y"
    exit(%y))");
}

TEST(MergeScaleShift, OneNumberForAllWorksAtEveryRank) {
  for (const std::string_view shape : {"[]", "[4]", "[2,3]", "[1,2,3]"}) {
    SCOPED_TRACE(shape);
    expect_rewrite("merge_scale_shift", 1,
                   fmt::format(R"(
      input %x f32{} "x"
      const %k f32[] = {{4}}
      const %l f32[] = {{1}}
      %a = Div(%x, %k)
      %y = Sub(%a, %l)
      output "y"
      exit(%y))",
                               shape),
                   fmt::format(R"(
      input %x f32{} "x"
      const %k f32[1] = {{0.25}}
      const %l f32[1] = {{-1}}
      %y = ScaleShift(%x, %k, %l)
      output "y"
      exit(%y))",
                               shape));
  }
}

TEST(MergeScaleShift, AScaleAloneIsAMulAndAShiftAloneAnAdd) {
  const std::string scaled = scale_shifts_graph("const %k f32[2,1] = {4, 6} %y = Mul(%x, %k)");
  expect_rewrite("merge_scale_shift", 1, scale_shifts_graph("%a = Mul(%two, %x) %y = Mul(%a, %scale)"), scaled);
  const std::string shifted = scale_shifts_graph("const %k f32[] = {-2} %y = Add(%x, %k)");
  expect_rewrite("merge_scale_shift", 1, scale_shifts_graph("%y = Sub(%x, %two)"), shifted);
  const std::string divided = scale_shifts_graph("const %k f32[] = {0.5} %y = Mul(%x, %k)");
  expect_rewrite("merge_scale_shift", 1, scale_shifts_graph("%y = Div(%x, %two)"), divided);
}

TEST(MergeScaleShift, ConstantsGetTheSmallestShape) {
  for (const std::string_view shape : {"[2,1]", "[1,2,1]"}) {
    for (const std::string_view operands : {"%x, %k", "%k, %x"}) {
      expect_rewrite("merge_scale_shift", shape == "[2,1]" && operands == "%x, %k" ? 0 : 1,
                     scale_shifts_graph(fmt::format("const %k f32{} = {{4, 6}} %y = Mul({})", shape, operands)),
                     scale_shifts_graph("const %k f32[2,1] = {4, 6} %y = Mul(%x, %k)"));
    }
  }
}

TEST(MergeScaleShift, WhatCancelsGoes) {
  expect_rewrite("merge_scale_shift", 1, scale_shifts_graph("%a = Add(%x, %two) %b = Sub(%a, %two) %y = Relu(%b)"),
                 scale_shifts_graph("%y = Relu(%x)"));
  expect_rewrite("merge_scale_shift", 1, scale_shifts_graph("%a = Neg(%x) %b = Neg(%a) %y = Relu(%b)"),
                 scale_shifts_graph("%y = Relu(%x)"));
}

TEST(MergeScaleShift, AlongAnotherAxisItIsAMulAndAnAdd) {
  expect_rewrite("merge_scale_shift", 1, scale_shifts_graph("%a = Add(%x, %row) %b = Mul(%a, %two) %y = Sub(%b, %two)"),
                 scale_shifts_graph(R"(
    const %shift f32[3] = {0, 2, 4}
    %a = Mul(%x, %two)
    %y = Add(%a, %shift))"));
  expect_untouched("merge_scale_shift", scale_shifts_graph("%a = Mul(%x, %two) %y = Add(%a, %row)"));
}

TEST(MergeScaleShift, TwoAxesDoNotMerge) {
  expect_untouched("merge_scale_shift", scale_shifts_graph("%a = Mul(%x, %scale) %y = Add(%a, %row)"));
  expect_untouched("merge_scale_shift", scale_shifts_graph("const %m f32[2,3] = {1, 2, 3, 4, 5, 6} %y = Add(%x, %m)"));
}

TEST(MergeScaleShift, WhatIsUsedInBetweenStays) {
  expect_untouched("merge_scale_shift", scale_shifts_graph("%a = Mul(%x, %two) %b = Add(%a, %two) %y = Mul(%a, %b)"));
  expect_untouched("merge_scale_shift", R"(
    input %x f32[1,2,3] "x"
    const %two f32[] = {2}
    %a = Mul(%x, %two)
    %y = Add(%a, %two)
    output "y"
    decide max_prob(%a) > 0 { exit(%x) exit(%y) })");
}

TEST(MergeScaleShift, ParametersThatAreComputedAndActivationsStay) {
  expect_untouched("merge_scale_shift", R"(
    input %x f32[1,2,3] "x"
    input %p f32[2] "p"
    %v = Abs(%p)
    %y = BatchNorm(%x, %p, %p, %p, %v)
    output "y"
    exit(%y))");
  expect_untouched("merge_scale_shift",
                   scale_shifts_graph("%a = ScaleShift(%x, %p, %q) {activation=relu} %y = ScaleShift(%a, %p, %q)"));
}

TEST(MergeScaleShift, WhatIsNoNumberInTheTypeStays) {
  for (const std::string_view number : {"0", "1e-40", "nan"}) {
    Graph graph = graph_of(scale_shifts_graph(fmt::format("const %k f32[] = {{{}}} %y = Div(%x, %k)", number)));
    EXPECT_EQ(run_pass(graph, find_pass("merge_scale_shift")), 0) << number;
  }
}

TEST(MergeScaleShift, IntegersStay) {
  expect_untouched("merge_scale_shift", R"(
    input %x i32[3] "x"
    const %two i32[] = {2}
    %a = Div(%x, %two)
    %y = Mul(%a, %two)
    output "y"
    exit(%y))");
}

}  // namespace

}  // namespace exeunt
