#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string clip_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,3] "x"
    const %zero f32[1] = {{0}}
    const %two f32[] = {{2}}
    const %nan f32[] = {{nan}}
    const %row f32[3] = {{0, 1, 2}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(RecognizeClip, MaxAndMinWithOneNumber) {
  expect_rewrite("recognize_clip", 1, clip_graph("%m = Max(%zero, %x) %y = Min(%m, %two)"),
                 clip_graph("%y = Clip(%x) {alpha=0, beta=2}"));
  expect_rewrite("recognize_clip", 1, clip_graph("%m = Min(%x, %two) %y = Max(%m, %zero)"),
                 clip_graph("%y = Clip(%x) {alpha=0, beta=2}"));
  expect_rewrite("recognize_clip", 1, clip_graph("%y = Min(%x, %two)"),
                 clip_graph("%y = Clip(%x) {alpha=-inf, beta=2}"));
}

TEST(RecognizeClip, WithoutAnUpperBoundAtZeroItIsRelu) {
  for (const std::string_view node : {"Max(%x, %zero)", "Max(%zero, %x)", "Clip(%x) {alpha=0, beta=inf}"}) {
    SCOPED_TRACE(node);
    expect_rewrite("recognize_clip", 1, clip_graph(fmt::format("%y = {}", node)), clip_graph("%y = Relu(%x)"));
  }
}

TEST(RecognizeClip, ChainsBecomeOne) {
  expect_rewrite("recognize_clip", 1, clip_graph("%r = Relu(%x) %y = Min(%r, %two)"),
                 clip_graph("%y = Clip(%x) {alpha=0, beta=2}"));
  expect_rewrite("recognize_clip", 1, clip_graph("%r = Relu(%x) %y = Relu(%r)"), clip_graph("%y = Relu(%x)"));
  expect_rewrite("recognize_clip", 1,
                 clip_graph("%c = Clip(%x) {alpha=-3, beta=2} %d = Clip(%c) {alpha=-1, beta=3} %y = Relu(%d)"),
                 clip_graph("%y = Clip(%x) {alpha=0, beta=2}"));
}

TEST(RecognizeClip, BoundsApartLeaveOneNumber) {
  expect_rewrite("recognize_clip", 1, clip_graph("%c = Clip(%x) {alpha=-3, beta=-2} %y = Clip(%c) {alpha=1, beta=3}"),
                 clip_graph("%y = Clip(%x) {alpha=1, beta=1}"));
}

TEST(RecognizeClip, WithoutBoundsItGoes) {
  expect_rewrite("recognize_clip", 1, clip_graph("%c = Clip(%x) {alpha=-inf, beta=inf} %y = Abs(%c)"),
                 clip_graph("%y = Abs(%x)"));
}

TEST(RecognizeClip, OthersStay) {
  for (const std::string_view nodes :
       {"%y = Relu(%x)", "%y = Clip(%x) {alpha=-1, beta=1}", "%y = Clip(%x) {alpha=2, beta=1}", "%y = Max(%x, %row)",
        "%a = Abs(%x) %y = Max(%x, %a)"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("recognize_clip", clip_graph(nodes));
  }
}

TEST(RecognizeClip, WhatIsNoNumberStays) {
  Graph graph = graph_of(clip_graph("%y = Max(%x, %nan)"));
  EXPECT_EQ(run_pass(graph, find_pass("recognize_clip")), 0);
}

TEST(RecognizeClip, WhatIsUsedInBetweenStays) {
  expect_untouched("recognize_clip", clip_graph("%r = Relu(%x) %c = Clip(%r) {alpha=1, beta=2} %y = Add(%c, %r)"));
}

TEST(RecognizeClip, IntegersStay) {
  expect_untouched("recognize_clip", R"(
    input %x i32[3] "x"
    const %two i32[] = {2}
    %y = Max(%x, %two)
    output "y"
    exit(%y))");
}

}  // namespace

}  // namespace exeunt
