#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string zero_bias_graph(std::string_view node, std::string_view bias = "{0, 0}") {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    input %m f32[1,2] "m"
    const %w f32[2,2,1] = {{1, 2, 3, 4}}
    const %q f32[2,2] = {{1, 2, 3, 4}}
    const %b f32[2] = {}
    const %s f32[2] = {{5, 6}}
    %y = {}
    output "y"
    exit(%y))",
                     bias, node);
}

TEST(DropZeroBias, LeavesItOut) {
  expect_rewrite("drop_zero_bias", 1, zero_bias_graph("Conv(%x, %w, %b) {1d}"), zero_bias_graph("Conv(%x, %w) {1d}"));
  expect_rewrite("drop_zero_bias", 1, zero_bias_graph("ConvTranspose(%x, %w, %b) {1d, output_padding=[0]}", "{0, -0}"),
                 zero_bias_graph("ConvTranspose(%x, %w) {1d, output_padding=[0]}"));
  expect_rewrite("drop_zero_bias", 1, zero_bias_graph("Gemm(%m, %q, %b)"), zero_bias_graph("Gemm(%m, %q)"));
}

TEST(DropZeroBias, WhatComesBehindItKeepsItsPlace) {
  expect_rewrite("drop_zero_bias", 1, zero_bias_graph("Conv(%x, %w, %b, %x) {1d}"),
                 zero_bias_graph("Conv(%x, %w, _, %x) {1d}"));
  expect_rewrite("drop_zero_bias", 1, zero_bias_graph("Conv(%x, %w, %b, _, %s) {1d}"),
                 zero_bias_graph("Conv(%x, %w, _, _, %s) {1d}"));
}

TEST(DropZeroBias, AnyOtherNumberKeepsIt) {
  expect_untouched("drop_zero_bias", zero_bias_graph("Conv(%x, %w, %b) {1d}", "{0, 1e-30}"));
  expect_untouched("drop_zero_bias", zero_bias_graph("Gemm(%m, %q, %m)"));
}

}  // namespace

}  // namespace exeunt
