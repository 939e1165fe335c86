#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertMatMulInteger, SubtractsZeroPointsOfRowsAndColumns) {
  EXPECT_EQ(imported("uint8[2,3] a, int8[3,2] b, uint8[2] p, int8[2] q", "y = MatMulInteger(a, b, p, q)"),
            "%4 i32[2,3] = Cast(%0) {to=i32}\n"
            "%5 u8[2,1] = Reshape(%2) {shape=[2,1]}\n"
            "%6 i32[2,1] = Cast(%5) {to=i32}\n"
            "%7 i32[2,3] = Sub(%4, %6)\n"
            "%8 i32[3,2] = Cast(%1) {to=i32}\n"
            "%9 i32[2] = Cast(%3) {to=i32}\n"
            "%10 i32[3,2] = Sub(%8, %9)\n"
            "%11 i32[2,2] = MatMul(%7, %10)");
  expect_refused(ErrorCode::dtype, "its zero point", "uint8[2,3] a, int8[3,2] b, int8 p", "y = MatMulInteger(a, b, p)");
  expect_refused(ErrorCode::dtype, "i8 or u8", "int32[2,3] a, int8[3,2] b", "y = MatMulInteger(a, b)");
}

TEST(ConvertConvInteger, IsAConvolutionInDoubles) {
  EXPECT_EQ(imported("uint8[1,1,4] x, int8[2,1,2] w, int8[2] q", "y = ConvInteger(x, w, , q)"),
            "%3 f64[1,1,4] = Cast(%0) {to=f64}\n"
            "%4 f64[2,1,2] = Cast(%1) {to=f64}\n"
            "%5 i8[2,1,1] = Reshape(%2) {shape=[2,1,1]}\n"
            "%6 f64[2,1,1] = Cast(%5) {to=f64}\n"
            "%7 f64[2,1,2] = Sub(%4, %6)\n"
            "%8 f64[1,2,3] = Conv(%3, %7) {strides=[1], pads=[0,0], dilations=[1]}\n"
            "%9 i32[1,2,3] = Cast(%8) {to=i32}");
}

TEST(ConvertQLinear, ScalesTheSumByOneFactor) {
  const std::string graph = imported(
      "uint8[1,2] a, float s = {0.5}, uint8 p = {1}, uint8[2,2] b, float[2] t = {1, 2}, uint8 q = {2}, "
      "float u = {4}, uint8 z = {3}",
      "y = QLinearMatMul(a, s, p, b, t, q, u, z)", 21);
  EXPECT_THAT(graph, ::testing::HasSubstr("i32[1,2] = MatMul"));
  EXPECT_THAT(graph, ::testing::HasSubstr("u8[1,2] = QuantizeLinear"));
}

TEST(ConvertDynamicQuantize, HasThreeOutputs) {
  const Graph graph = import_text(
      "g (float[1,3] x) => (uint8[] y, float[] s, uint8[] z) "
      "{ y, s, z = DynamicQuantizeLinear(x) }");
  EXPECT_EQ(graph.type(std::get<Exit>(graph.tree[0]).outputs[0]).str(), "u8[1,3]");
  EXPECT_EQ(graph.type(std::get<Exit>(graph.tree[0]).outputs[1]).str(), "f32[]");
  EXPECT_EQ(graph.type(std::get<Exit>(graph.tree[0]).outputs[2]).str(), "u8[]");
}

TEST(ConvertQuantize, TakesBlocks) {
  EXPECT_EQ(imported("float[1,4] x, float[1,2] s", "y = QuantizeLinear<block_size = 2>(x, s)", 21),
            "%2 u8[1,4] = QuantizeLinear(%0, %1) {block=2}");
  EXPECT_EQ(imported("int8[1,4] x, float[1,2] s", "y = DequantizeLinear<block_size = 2>(x, s)", 21),
            "%2 f32[1,4] = DequantizeLinear(%0, %1) {block=2}");
}

}  // namespace

}  // namespace exeunt
