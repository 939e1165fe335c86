#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string axes_graph(std::string_view node) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    const %i i64[1] = {{1}}
    const %s f32[1] = {{0.5}}
    const %p f32[3] = {{1, 2, 4}}
    %y = {}
    output "y"
    exit(%y))",
                     node);
}

TEST(CanonicalAxes, AreCountedFromTheFront) {
  for (const auto& [before, after] : {
           std::pair{"Softmax(%x)", "Softmax(%x) {axis=2}"},
           std::pair{"Softmax(%x) {axis=-2}", "Softmax(%x) {axis=1}"},
           std::pair{"LogSoftmax(%x)", "LogSoftmax(%x) {axis=2}"},
           std::pair{"Concat(%x, %x) {axis=-1}", "Concat(%x, %x) {axis=2}"},
           std::pair{"Gather(%x, %i) {axis=-2}", "Gather(%x, %i) {axis=1}"},
           std::pair{"CumSum(%x) {axis=-1}", "CumSum(%x) {axis=2}"},
           std::pair{"ArgMax(%x) {axis=-1}", "ArgMax(%x) {axis=2}"},
           std::pair{"TopK(%x)", "TopK(%x) {axis=2}"},
           std::pair{"LayerNorm(%x)", "LayerNorm(%x) {axis=2}"},
           std::pair{"QuantizeLinear(%x, %p) {axis=-1}", "QuantizeLinear(%x, %p) {axis=2}"},
       }) {
    SCOPED_TRACE(before);
    expect_rewrite("canonical_axes", 1, axes_graph(before), axes_graph(after));
  }
}

TEST(CanonicalAxes, OfReductionsAreInOrderAndNotListedIfAllOfThem) {
  expect_rewrite("canonical_axes", 1, axes_graph("ReduceMax(%x) {axes=[-1,0]}"),
                 axes_graph("ReduceMax(%x) {axes=[0,2]}"));
  expect_rewrite("canonical_axes", 1, axes_graph("ReduceMax(%x) {axes=[2,0,1], keepdims=false}"),
                 axes_graph("ReduceMax(%x) {keepdims=false}"));
}

TEST(CanonicalAxes, OfReductionsAreListedOnce) {
  expect_rewrite("canonical_axes", 1, axes_graph("ReduceMean(%x) {axes=[1,-2,1]}"),
                 axes_graph("ReduceMean(%x) {axes=[1]}"));
}

TEST(CanonicalAxes, OneScaleHasNone) {
  expect_rewrite("canonical_axes", 1, axes_graph("QuantizeLinear(%x, %s) {axis=2}"),
                 axes_graph("QuantizeLinear(%x, %s)"));
}

TEST(CanonicalAxes, OneMoreThanTheOperandHasForAOneHot) {
  constexpr std::string_view kAround = R"(
    input %x i64[2,3] "x"
    const %v f32[2] = {{0, 1}}
    %y = OneHot(%x, %v) {{depth=4, axis={}}}
    output "y"
    exit(%y))";
  expect_rewrite("canonical_axes", 1, fmt::format(kAround, -1), fmt::format(kAround, 2));
  expect_rewrite("canonical_axes", 1, fmt::format(kAround, -3), fmt::format(kAround, 0));
}

TEST(CanonicalAxes, WhatIsCanonicalStays) {
  for (const std::string_view node :
       {"Softmax(%x) {axis=1}", "ReduceMax(%x) {axes=[0,2]}", "ReduceMax(%x)", "Neg(%x)", "QuantizeLinear(%x, %s)"}) {
    SCOPED_TRACE(node);
    expect_untouched("canonical_axes", axes_graph(node));
  }
}

}  // namespace

}  // namespace exeunt
