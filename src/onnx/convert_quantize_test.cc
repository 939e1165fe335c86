#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertQuantize, TakesAScaleAndAZeroPoint) {
  for (const int opset : {11, 13, 19, 21, 23}) {
    EXPECT_EQ(imported("float[1,3] x, float s = {0.5}, int8 z = {3}", "y = QuantizeLinear(x, s, z)", opset),
              "const %1 f32[] = {0.5}\nconst %2 i8[] = {3}\n%3 i8[1,3] = QuantizeLinear(%0, %1, %2)");
    EXPECT_EQ(imported("int8[1,3] x, float s = {0.5}, int8 z = {3}", "y = DequantizeLinear(x, s, z)", opset),
              "const %1 f32[] = {0.5}\nconst %2 i8[] = {3}\n%3 f32[1,3] = DequantizeLinear(%0, %1, %2)");
  }
}

TEST(ConvertQuantize, WithoutAZeroPointTheResultIsUnsigned) {
  EXPECT_EQ(imported("float[1,3] x, float s = {0.5}", "y = QuantizeLinear(x, s)"),
            "const %1 f32[] = {0.5}\n%2 u8[1,3] = QuantizeLinear(%0, %1)");
  EXPECT_EQ(imported("int32[1,3] x, float s = {0.5}", "y = DequantizeLinear(x, s, )"),
            "const %1 f32[] = {0.5}\n%2 f32[1,3] = DequantizeLinear(%0, %1)");
}

TEST(ConvertQuantize, OneScaleAChannel) {
  EXPECT_EQ(imported("int8[2,3] x, float[2] s = {0.5, 2}", "y = DequantizeLinear<axis = 0>(x, s)", 13),
            "const %1 f32[2] = {0.5, 2}\n%2 f32[2,3] = DequantizeLinear(%0, %1) {axis=0}");
  expect_refused(ErrorCode::shape, "2 scales for axis 1", "int8[2,3] x, float[2] s = {0.5, 2}",
                 "y = DequantizeLinear(x, s)");
}

TEST(ConvertQuantize, OutputDtypeStandsInForTheZeroPointSinceOpset21) {
  EXPECT_EQ(imported("float[1,3] x, float s = {0.5}", "y = QuantizeLinear<output_dtype = 3>(x, s)", 21),
            "const %1 f32[] = {0.5}\nconst %2 i8[] = {0}\n%3 i8[1,3] = QuantizeLinear(%0, %1, %2)");
  EXPECT_EQ(imported("float[1,2] x, float[2] s = {0.5, 1}", "y = QuantizeLinear<output_dtype = 4>(x, s)", 21),
            "const %1 f32[2] = {0.5, 1}\nconst %2 u16[2] = {0, 0}\n%3 u16[1,2] = QuantizeLinear(%0, %1, %2)");
  EXPECT_EQ(
      imported("float[1,3] x, float s = {0.5}, int8 z = {3}", "y = QuantizeLinear<output_dtype = 3>(x, s, z)", 21),
      "const %1 f32[] = {0.5}\nconst %2 i8[] = {3}\n%3 i8[1,3] = QuantizeLinear(%0, %1, %2)");
  expect_refused(ErrorCode::format, "output_dtype", "float[1,3] x, float s = {0.5}, int8 z = {3}",
                 "y = QuantizeLinear<output_dtype = 2>(x, s, z)", 21);
  expect_refused(ErrorCode::unsupported, "element type", "float[1,3] x, float s = {0.5}",
                 "y = QuantizeLinear<output_dtype = 17>(x, s)", 21);
}

TEST(ConvertQuantize, DequantizedTypeIsTheScales) {
  EXPECT_EQ(imported("int8[1,3] x, float s = {0.5}", "y = DequantizeLinear<output_dtype = 1>(x, s)", 23),
            "const %1 f32[] = {0.5}\n%2 f32[1,3] = DequantizeLinear(%0, %1)");
  EXPECT_EQ(imported("int8[1,3] x, float s = {0.5}", "y = DequantizeLinear<output_dtype = 10>(x, s)", 23),
            "const %1 f32[] = {0.5}\n%2 f32[1,3] = DequantizeLinear(%0, %1)\n%3 f16[1,3] = Cast(%2) {to=f16}");
}

TEST(ConvertQuantize, BlocksShareAParameter) {
  EXPECT_EQ(imported("float[1,4] x, float[1,2] s", "y = QuantizeLinear<block_size = 2>(x, s)", 21),
            "%2 u8[1,4] = QuantizeLinear(%0, %1) {block=2}");
  expect_refused(ErrorCode::shape, "scale", "float[1,4] x, float[1,2] s", "y = QuantizeLinear(x, s)", 21);
}

}  // namespace

}  // namespace exeunt
