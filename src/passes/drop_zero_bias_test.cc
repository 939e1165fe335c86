#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string with_node(std::string_view node, std::string_view bias = "{0, 0}") {
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
  expect_rewrite("drop_zero_bias", 1, with_node("Conv(%x, %w, %b) {1d}"), with_node("Conv(%x, %w) {1d}"));
  expect_rewrite("drop_zero_bias", 1, with_node("ConvTranspose(%x, %w, %b) {1d, output_padding=[0]}", "{0, -0}"),
                 with_node("ConvTranspose(%x, %w) {1d, output_padding=[0]}"));
  expect_rewrite("drop_zero_bias", 1, with_node("Gemm(%m, %q, %b)"), with_node("Gemm(%m, %q)"));
}

TEST(DropZeroBias, WhatComesBehindItKeepsItsPlace) {
  expect_rewrite("drop_zero_bias", 1, with_node("Conv(%x, %w, %b, %x) {1d}"), with_node("Conv(%x, %w, _, %x) {1d}"));
  expect_rewrite("drop_zero_bias", 1, with_node("Conv(%x, %w, %b, _, %s) {1d}"),
                 with_node("Conv(%x, %w, _, _, %s) {1d}"));
}

TEST(DropZeroBias, AnyOtherNumberKeepsIt) {
  expect_untouched("drop_zero_bias", with_node("Conv(%x, %w, %b) {1d}", "{0, 1e-30}"));
  expect_untouched("drop_zero_bias", with_node("Gemm(%m, %q, %m)"));
}

}  // namespace

}  // namespace exeunt
