#include <gtest/gtest.h>

#include "graph/text.h"
#include "passes/passes.h"
#include "passes/pipeline.h"

namespace exeunt {
namespace {

std::string rewritten(std::string_view before, int* rewrites) {
  Graph graph = parse_graph(before);
  *rewrites = run_pass(graph, {"exact_quantized_conv", exact_quantized_conv});
  return print_graph(graph);
}

std::string same(std::string_view text) { return print_graph(parse_graph(text)); }

constexpr std::string_view kBefore = R"(
input %x u8[1,1,2,2] "x"
const %sx f32[] = {0.5}
const %zx u8[] = {3}
const %w i8[2,1,1,1] = {5, -7}
const %sw f32[2] = {0.25, 0.125}
const %b i32[2] = {10, -20}
const %sb f32[2] = {0.125, 0.0625}
%dx = DequantizeLinear(%x, %sx, %zx)
%dw = DequantizeLinear(%w, %sw) {axis=0}
%db = DequantizeLinear(%b, %sb) {axis=0}
%y = Conv(%dx, %dw, %db) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}
output "y"
exit(%y)
)";

TEST(ExactQuantizedConv, ScalesMoveBehindTheSum) {
  int rewrites = 0;
  EXPECT_EQ(rewritten(kBefore, &rewrites), same(R"(
input %x u8[1,1,2,2] "x"
const %one f32[] = {1}
const %zx u8[] = {3}
%dx = DequantizeLinear(%x, %one, %zx)
const %w f32[2,1,1,1] = {5, -7}
const %b f32[2] = {10, -20}
const %s f32[2] = {0.125, 0.0625}
%y = Conv(%dx, %w, %b, _, %s) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}
output "y"
exit(%y)
)"));
  EXPECT_EQ(rewrites, 1);
}

TEST(ExactQuantizedConv, SecondRunChangesNothing) {
  Graph graph = parse_graph(kBefore);
  run_pass(graph, {"exact_quantized_conv", exact_quantized_conv});
  EXPECT_EQ(run_pass(graph, {"exact_quantized_conv", exact_quantized_conv}), 0);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(ExactQuantizedConv, BiasOfAnotherScaleStays) {
  int rewrites = 0;
  rewritten(replaced(std::string(kBefore), "{0.125, 0.0625}", "{0.125, 0.5}"), &rewrites);
  EXPECT_EQ(rewrites, 0);
}

TEST(ExactQuantizedConv, SumsThatMightNotBeExactStay) {
  int rewrites = 0;
  rewritten(replaced(std::string(kBefore), "{10, -20}", "{10, 16777216}"), &rewrites);
  EXPECT_EQ(rewrites, 0);
}

TEST(ExactQuantizedConv, ScalesAlongAnotherAxisStay) {
  int rewrites = 0;
  rewritten(replaced(std::string(kBefore), "(%x, %sx, %zx)", "(%x, %sx, %zx) {axis=3}"), &rewrites);
  EXPECT_EQ(rewrites, 1) << "one scale for all elements has no axis";
}

}  // namespace
}  // namespace exeunt
