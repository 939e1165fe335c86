#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertPool, LpPools) {
  EXPECT_EQ(imported("float[1,1,4] x", "y = LpPool<kernel_shape = [2], p = 3>(x)", 18),
            "%1 f32[1,1,3] = Pool(%0) {fn=lp, kernel=[2], strides=[1], pads=[0,0], dilations=[1], p=3}");
  EXPECT_EQ(imported("float[1,1,4] x", "y = GlobalLpPool(x)"),
            "%1 f32[1,1,1] = Pool(%0) {fn=lp, kernel=[4], strides=[1], pads=[0,0], dilations=[1]}");
}

TEST(ConvertPool, DilatedAveragesOfOpset19) {
  EXPECT_EQ(
      imported("float[1,1,6] x",
               "y = AveragePool<kernel_shape = [2], strides = [2], dilations = [2], ceil_mode = 1>(x)", 19),
      "%1 f32[1,1,3] = Pool(%0) {fn=average, kernel=[2], strides=[2], pads=[0,0], dilations=[2], ceil_mode=true}");
}

TEST(ConvertPool, IndicesAreANodeOfTheirOwn) {
  const auto text = [](const std::string& attributes) {
    const std::string nodes = "v, i = MaxPool<kernel_shape = [2]" + attributes + ">(x)";
    return nodes_text(import_text("g (float[1,1,4] x) => (float[] v, int64[] i) { " + nodes + " }"));
  };
  const std::string values =
      "%1 f32[1,1,3] = Pool(%0) {kernel=[2], strides=[1], pads=[0,0], dilations=[1]}\n"
      "%2 i64[1,1,3] = MaxPoolIndices(%0) {kernel=[2], strides=[1], pads=[0,0], dilations=[1]";
  EXPECT_EQ(text(""), values + "}");
  EXPECT_EQ(text(", storage_order = 1"), values + ", column_major=true}");
}

TEST(ConvertConvTranspose, AttributesAndTheirDefaults) {
  const std::string inputs = "float[1,2,4] x, float[2,3,3] w";
  EXPECT_EQ(imported(inputs, "y = ConvTranspose(x, w)"),
            "%2 f32[1,3,6] = ConvTranspose(%0, %1) {strides=[1], pads=[0,0], dilations=[1], output_padding=[0]}");
  EXPECT_EQ(imported(inputs, "y = ConvTranspose<strides = [2], pads = [1, 0], output_padding = [1]>(x, w)"),
            "%2 f32[1,3,9] = ConvTranspose(%0, %1) {strides=[2], pads=[1,0], dilations=[1], output_padding=[1]}");
}

TEST(ConvertConvTranspose, AWantedSizeBecomesPads) {
  const auto size = [](const std::string& attributes) {
    return imported("float[1,1,4] x, float[1,1,4] w", "y = ConvTranspose<strides = [3]" + attributes + ">(x, w)");
  };
  const std::string begin = "%2 f32[1,1,12] = ConvTranspose(%0, %1) {strides=[3], pads=";
  const std::string end = ", dilations=[1], output_padding=[0]}";
  EXPECT_EQ(size(", auto_pad = \"SAME_UPPER\""), begin + "[0,1]" + end);
  EXPECT_EQ(size(", auto_pad = \"SAME_LOWER\""), begin + "[1,0]" + end);
  EXPECT_EQ(size(", output_shape = [12]"), begin + "[1,0]" + end);
  EXPECT_EQ(size(", output_shape = [1, 1, 12]"), begin + "[1,0]" + end);
  EXPECT_EQ(size(", output_shape = [15]"),
            "%2 f32[1,1,15] = ConvTranspose(%0, %1) {strides=[3], pads=[0,0], dilations=[1], output_padding=[2]}");
}

}  // namespace

}  // namespace exeunt
