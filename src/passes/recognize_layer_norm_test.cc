#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// What %y is of %x [2,3,4].
std::string layer_norm_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,3,4] "x"
    const %eps f32[] = {{0.5}}
    const %two f32[] = {{2}}
    const %half f32[] = {{0.5}}
    const %minus_half f32[] = {{-0.5}}
    const %one f32[] = {{1}}
    const %gamma f32[4] = {{1, 2, 3, 4}}
    const %beta f32[4] = {{5, 6, 7, 8}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

constexpr std::string_view kDifference = "%m = ReduceMean(%x) {axes=[-1]} %d = Sub(%x, %m)\n";
constexpr std::string_view kVariance = "%v = ReduceMean(%s) {axes=[2]} %e = Add(%v, %eps)\n";

std::string spelt(std::string_view square, std::string_view quotient, std::string_view rest = "") {
  return layer_norm_graph(fmt::format("{} %s = {} {} {} {}", kDifference, square, kVariance, quotient, rest));
}

TEST(RecognizeLayerNorm, AsPyTorchSpellsIt) {
  expect_rewrite("recognize_layer_norm", 3,
                 spelt("Pow(%d, %two)", "%r = Sqrt(%e) %n = Div(%d, %r)", "%g = Mul(%n, %gamma) %y = Add(%g, %beta)"),
                 layer_norm_graph("%y = LayerNorm(%x, %gamma, %beta) {axis=2, epsilon=0.5}"), 1e-5);
}

TEST(RecognizeLayerNorm, EverySpellingOfTheQuotient) {
  const std::string after = layer_norm_graph("%y = LayerNorm(%x) {axis=2, epsilon=0.5}");
  for (const std::string_view quotient :
       {"%r = Sqrt(%e) %y = Div(%d, %r)", "%r = Pow(%e, %half) %y = Div(%d, %r)",
        "%r = Sqrt(%e) %i = Reciprocal(%r) %y = Mul(%d, %i)", "%r = Sqrt(%e) %i = Reciprocal(%r) %y = Mul(%i, %d)",
        "%r = Sqrt(%e) %i = Div(%one, %r) %y = Mul(%d, %i)", "%i = Pow(%e, %minus_half) %y = Mul(%d, %i)"}) {
    for (const std::string_view square : {"Pow(%d, %two)", "Mul(%d, %d)"}) {
      SCOPED_TRACE(quotient);
      expect_rewrite("recognize_layer_norm", 1, spelt(square, quotient), after, 1e-5);
    }
  }
}

TEST(RecognizeLayerNorm, TheDifferenceMayBeTakenTwice) {
  expect_rewrite("recognize_layer_norm", 1, spelt("Mul(%d, %d)", "%f = Sub(%x, %m) %r = Sqrt(%e) %y = Div(%f, %r)"),
                 layer_norm_graph("%y = LayerNorm(%x) {axis=2, epsilon=0.5}"), 1e-5);
}

TEST(RecognizeLayerNorm, OverSeveralAxes) {
  expect_rewrite("recognize_layer_norm", 1, layer_norm_graph(R"(
    %m = ReduceMean(%x) {axes=[1,2]}
    %d = Sub(%x, %m)
    %s = Mul(%d, %d)
    %v = ReduceMean(%s) {axes=[-1,-2]}
    %e = Add(%eps, %v)
    %r = Sqrt(%e)
    %y = Div(%d, %r))"),
                 layer_norm_graph("%y = LayerNorm(%x) {axis=1, epsilon=0.5}"), 1e-5);
}

TEST(RecognizeLayerNorm, WithTheMeanAsAGlobalPool) {
  const std::string pool = "{fn=average, kernel=[4], strides=[1], pads=[0,0], dilations=[1]}";
  expect_rewrite("recognize_layer_norm", 1,
                 layer_norm_graph(fmt::format("%m = Pool(%x) {0} %d = Sub(%x, %m) %s = Mul(%d, %d) %v = Pool(%s) {0} "
                                              "%e = Add(%v, %eps) %r = Sqrt(%e) %y = Div(%d, %r)",
                                              pool)),
                 layer_norm_graph("%y = LayerNorm(%x) {axis=2, epsilon=0.5}"), 1e-5);
}

TEST(RecognizeLayerNorm, WithoutTheMeanItIsRootMeanSquare) {
  expect_rewrite("recognize_layer_norm", 2, layer_norm_graph(R"(
    %s = Mul(%x, %x)
    %v = ReduceMean(%s) {axes=[2]}
    %e = Add(%v, %eps)
    %r = Sqrt(%e)
    %i = Reciprocal(%r)
    %n = Mul(%x, %i)
    %y = Mul(%gamma, %n))"),
                 layer_norm_graph("%y = LayerNorm(%x, %gamma) {axis=2, epsilon=0.5, center=false}"), 1e-5);
}

TEST(RecognizeLayerNorm, ASummandNeedsNoFactorAndASecondOneStays) {
  expect_rewrite("recognize_layer_norm", 1,
                 layer_norm_graph("%n = LayerNorm(%x) {axis=2} %a = Add(%n, %beta) %y = Add(%a, %beta)"),
                 layer_norm_graph("%a = LayerNorm(%x, _, %beta) {axis=2} %y = Add(%a, %beta)"));
  expect_untouched("recognize_layer_norm",
                   layer_norm_graph("%n = LayerNorm(%x, _, %beta) {axis=2} %y = Mul(%n, %gamma)"));
  expect_untouched("recognize_layer_norm",
                   layer_norm_graph("%n = LayerNorm(%x, %gamma) {axis=2} %y = Mul(%n, %gamma)"));
}

TEST(RecognizeLayerNorm, OtherMeansStay) {
  constexpr std::string_view kRest = "%e = Add(%v, %eps) %r = Sqrt(%e) %y = Div(%d, %r)";
  for (const std::string_view head :
       {// not the last axis
        "%m = ReduceMean(%x) {axes=[1]} %d = Sub(%x, %m) %s = Mul(%d, %d) %v = ReduceMean(%s) {axes=[1]}",
        // a sum
        "%m = ReduceMean(%x) {axes=[2]} %d = Sub(%x, %m) %s = Mul(%d, %d) %v = ReduceSum(%s) {axes=[2]}",
        // not a square
        "%m = ReduceMean(%x) {axes=[2]} %d = Sub(%x, %m) %s = Abs(%d) %v = ReduceMean(%s) {axes=[2]}",
        // the square of something else
        "%m = ReduceMean(%x) {axes=[2]} %d = Sub(%x, %m) %s = Mul(%x, %x) %v = ReduceMean(%s) {axes=[2]}"}) {
    SCOPED_TRACE(head);
    expect_untouched("recognize_layer_norm", layer_norm_graph(fmt::format("{} {}", head, kRest)));
  }
}

TEST(RecognizeLayerNorm, AMeanOverOtherAxesIsADifferenceLikeAnyOther) {
  expect_rewrite("recognize_layer_norm", 1, layer_norm_graph(R"(
    %m = ReduceMean(%x) {axes=[1]}
    %d = Sub(%x, %m)
    %s = Mul(%d, %d)
    %v = ReduceMean(%s) {axes=[2]}
    %e = Add(%v, %eps)
    %r = Sqrt(%e)
    %y = Div(%d, %r))"),
                 layer_norm_graph(R"(
    %m = ReduceMean(%x) {axes=[1]}
    %d = Sub(%x, %m)
    %y = LayerNorm(%d) {axis=2, epsilon=0.5, center=false})"),
                 1e-5);
}

TEST(RecognizeLayerNorm, WhatIsUsedElsewhereStays) {
  expect_untouched("recognize_layer_norm", spelt("Mul(%d, %d)", "%r = Sqrt(%e) %n = Div(%d, %r)", "%y = Add(%n, %e)"));
  std::string text = spelt("Mul(%d, %d)", "%r = Sqrt(%e) %y = Div(%d, %r)");
  text.replace(text.find("exit(%y)"), 8, "decide max_prob(%v) > 0 { exit(%x) exit(%y) }");
  expect_untouched("recognize_layer_norm", text);
}

}  // namespace

}  // namespace exeunt
