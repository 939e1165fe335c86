#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertConv, DefaultsAreStrideOneAndNoPadding) {
  for (const int opset : {11, 17, 22}) {
    EXPECT_EQ(imported("float[1,2,5,5] x, float[4,2,3,3] w", "y = Conv(x, w)", opset),
              "%2 f32[1,4,3,3] = Conv(%0, %1) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}");
  }
}

TEST(ConvertConv, TakesABiasAndEveryAttribute) {
  EXPECT_EQ(imported("float[1,4,9,9] x, float[6,2,3,3] w, float[6] b",
                     "y = Conv<kernel_shape = [3, 3], strides = [2, 1], pads = [0, 1, 2, 3], dilations = [1, 2], "
                     "group = 2>(x, w, b)"),
            "%3 f32[1,6,5,9] = Conv(%0, %1, %2) {strides=[2,1], pads=[0,1,2,3], dilations=[1,2], group=2}");
  EXPECT_EQ(imported("float[1,2,5] x, float[4,2,3] w", "y = Conv<pads = [1, 1]>(x, w, )"),
            "%2 f32[1,4,5] = Conv(%0, %1) {strides=[1], pads=[1,1], dilations=[1]}");
}

TEST(ConvertConv, SamePaddingIsResolvedForTheInputsSize) {
  const auto conv = [](const std::string& size, const std::string& attributes) {
    return imported("float[1,1," + size + "] x, float[1,1,3] w", "y = Conv<" + attributes + ">(x, w)");
  };
  // An even sum of pads is halved; the odd one goes to the end (upper) or the begin (lower).
  EXPECT_EQ(conv("5", "auto_pad = \"SAME_UPPER\""),
            "%2 f32[1,1,5] = Conv(%0, %1) {strides=[1], pads=[1,1], dilations=[1]}");
  EXPECT_EQ(conv("6", "auto_pad = \"SAME_UPPER\", strides = [2]"),
            "%2 f32[1,1,3] = Conv(%0, %1) {strides=[2], pads=[0,1], dilations=[1]}");
  EXPECT_EQ(conv("6", "auto_pad = \"SAME_LOWER\", strides = [2]"),
            "%2 f32[1,1,3] = Conv(%0, %1) {strides=[2], pads=[1,0], dilations=[1]}");
  EXPECT_EQ(conv("7", "auto_pad = \"SAME_UPPER\", dilations = [2]"),
            "%2 f32[1,1,7] = Conv(%0, %1) {strides=[1], pads=[2,2], dilations=[2]}");
  // A stride longer than the window needs no padding.
  EXPECT_EQ(conv("8", "auto_pad = \"SAME_UPPER\", strides = [4]"),
            "%2 f32[1,1,2] = Conv(%0, %1) {strides=[4], pads=[0,0], dilations=[1]}");
}

TEST(ConvertConv, ValidAndNotset) {
  const std::string inputs = "float[1,1,5] x, float[1,1,3] w";
  EXPECT_EQ(imported(inputs, "y = Conv<auto_pad = \"VALID\", pads = [1, 1]>(x, w)"),
            "%2 f32[1,1,3] = Conv(%0, %1) {strides=[1], pads=[0,0], dilations=[1]}");
  EXPECT_EQ(imported(inputs, "y = Conv<auto_pad = \"NOTSET\", pads = [1, 1]>(x, w)"),
            "%2 f32[1,1,5] = Conv(%0, %1) {strides=[1], pads=[1,1], dilations=[1]}");
  expect_refused(ErrorCode::format, "auto_pad is 'SAME'", inputs, "y = Conv<auto_pad = \"SAME\">(x, w)");
}

TEST(ConvertConv, RefusesWhatDoesNotFit) {
  const std::string inputs = "float[1,2,5,5] x, float[4,2,3,3] w";
  expect_refused(ErrorCode::format, "kernel_shape does not match w [4,2,3,3]", inputs,
                 "y = Conv<kernel_shape = [1, 1]>(x, w)");
  expect_refused(ErrorCode::format, "strides, dilations or pads", inputs, "y = Conv<strides = [1]>(x, w)");
  expect_refused(ErrorCode::format, "strides, dilations or pads", inputs, "y = Conv<pads = [1, 1]>(x, w)");
  expect_refused(ErrorCode::shape, "a window of 1 axes does not fit", "float[1,2,5,5] x, float[4,2,3] w",
                 "y = Conv(x, w)");
  expect_refused(ErrorCode::shape, "at least one spatial axis", "float[1,2] x, float[4,2] w", "y = Conv(x, w)");
  expect_any_error([] { imported("float[1,3,5,5] x, float[4,2,3,3] w", "y = Conv(x, w)"); });
  // ONNX has one type for both.
  for (const std::string type : {"float16", "bfloat16", "double"})
    expect_refused(ErrorCode::dtype, "f32", "float[1,2,5,5] x, " + type + "[4,2,3,3] w", "y = Conv(x, w)");
}

TEST(ConvertConv, AbsurdAttributesAreErrorsNotOverflows) {
  const std::string inputs = "float[1,2,5,5] x, float[4,2,3,3] w";
  for (const char* absurd : {"9223372036854775807", "-9223372036854775807", "0"}) {
    for (const char* mode : {"NOTSET", "SAME_UPPER"}) {
      for (const char* attribute : {"strides", "dilations"}) {
        const std::string node =
            fmt::format("y = Conv<auto_pad = \"{0}\", {1} = [{2}, {2}]>(x, w)", mode, attribute, absurd);
        SCOPED_TRACE(node);
        expect_any_error([&] { imported(inputs, node); });
      }
    }
  }
}

TEST(ConvertPool, MaxAndAverage) {
  for (const int opset : {11, 17, 22}) {
    EXPECT_EQ(imported("float[1,2,4,4] x", "y = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(x)", opset),
              "%1 f32[1,2,2,2] = Pool(%0) {kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]}");
    EXPECT_EQ(imported("float[1,2,4,4] x", "y = AveragePool<kernel_shape = [2, 2]>(x)", opset),
              "%1 f32[1,2,3,3] = Pool(%0) {fn=average, kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}");
  }
}

TEST(ConvertPool, EveryAttribute) {
  EXPECT_EQ(imported("float[1,2,6] x",
                     "y = MaxPool<kernel_shape = [2], strides = [2], pads = [0, 1], "
                     "dilations = [2], ceil_mode = 1>(x)",
                     12),
            "%1 f32[1,2,3] = Pool(%0) {kernel=[2], strides=[2], pads=[0,1], dilations=[2], ceil_mode=true}");
  EXPECT_EQ(imported("float[1,2,6] x", "y = AveragePool<kernel_shape = [3], pads = [1, 1], count_include_pad = 1>(x)"),
            "%1 f32[1,2,6] = Pool(%0) {fn=average, kernel=[3], strides=[1], pads=[1,1], dilations=[1], "
            "count_include_pad=true}");
  EXPECT_EQ(imported("float[1,2,6] x", "y = AveragePool<kernel_shape = [2], auto_pad = \"SAME_LOWER\">(x)"),
            "%1 f32[1,2,6] = Pool(%0) {fn=average, kernel=[2], strides=[1], pads=[1,0], dilations=[1]}");
}

TEST(ConvertPool, GlobalPoolingIsAWindowOfTheWholeInput) {
  EXPECT_EQ(imported("float[1,2,4,3] x", "y = GlobalAveragePool(x)"),
            "%1 f32[1,2,1,1] = Pool(%0) {fn=average, kernel=[4,3], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}");
  EXPECT_EQ(imported("float[1,2,4] x", "y = GlobalMaxPool(x)"),
            "%1 f32[1,2,1] = Pool(%0) {kernel=[4], strides=[1], pads=[0,0], dilations=[1]}");
  expect_refused(ErrorCode::shape, "a spatial axis is needed", "float[1,2] x", "y = GlobalAveragePool(x)");
}

TEST(ConvertPool, RefusesAMissingKernel) {
  expect_refused(ErrorCode::format, "'kernel_shape' is missing", "float[1,2,4] x", "y = MaxPool(x)");
}

TEST(ConvertBatchNorm, TakesFourParameters) {
  const std::string inputs = "float[1,2,4] x, float[2] s, float[2] b, float[2] m, float[2] v";
  for (const int opset : {11, 14, 15, 23}) {
    EXPECT_EQ(imported(inputs, "y = BatchNormalization<epsilon = 0.5>(x, s, b, m, v)", opset),
              "%5 f32[1,2,4] = BatchNorm(%0, %1, %2, %3, %4) {epsilon=0.5}");
  }
  expect_refused(ErrorCode::unsupported, "training mode", inputs,
                 "y = BatchNormalization<training_mode = 1>(x, s, b, m, v)");
  expect_refused(ErrorCode::unsupported, "training mode", inputs, "y, mean = BatchNormalization(x, s, b, m, v)");
  expect_refused(ErrorCode::unsupported, "spatial 0", inputs, "y = BatchNormalization<spatial = 0>(x, s, b, m, v)", 11);
}

TEST(ConvertGemm, RefusesOperandsOfTwoTypes) {
  for (const std::string type : {"float16", "bfloat16", "double"})
    expect_refused(ErrorCode::dtype, "f32", "float[1,3] a, " + type + "[3,2] b", "y = Gemm(a, b)");
}

TEST(ConvertGemm, TakesEveryAttribute) {
  EXPECT_EQ(imported("float[1,3] a, float[3,2] b", "y = Gemm(a, b)"), "%2 f32[1,2] = Gemm(%0, %1)");
  EXPECT_EQ(imported("float[3,1] a, float[2,3] b, float[2] c",
                     "y = Gemm<transA = 1, transB = 1, alpha = 0.5, beta = 2.0>(a, b, c)", 11),
            "%3 f32[1,2] = Gemm(%0, %1, %2) {trans_a=true, trans_b=true, alpha=0.5, beta=2}");
  expect_refused(ErrorCode::format, "attribute 'alpha' is of another type than FLOAT", "float[1,3] a, float[3,2] b",
                 "y = Gemm<alpha = 1>(a, b)");
}

TEST(ConvertMatMul, IsItself) {
  EXPECT_EQ(imported("float[2,1,3] a, float[3,2] b", "y = MatMul(a, b)"), "%2 f32[2,1,2] = MatMul(%0, %1)");
}

TEST(ConvertSoftmax, IsOneAxisSinceOpset13) {
  EXPECT_EQ(imported("float[2,3,4] x", "y = Softmax(x)", 13), "%1 f32[2,3,4] = Softmax(%0)");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Softmax<axis = 1>(x)", 13), "%1 f32[2,3,4] = Softmax(%0) {axis=1}");
}

TEST(ConvertSoftmax, FlattensFromTheAxisOnBeforeOpset13) {
  EXPECT_EQ(imported("float[2,3] x", "y = Softmax(x)", 11), "%1 f32[2,3] = Softmax(%0)");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Softmax(x)", 12),
            "%1 f32[2,12] = Reshape(%0) {shape=[2,12]}\n%2 f32[2,12] = Softmax(%1)\n"
            "%3 f32[2,3,4] = Reshape(%2) {shape=[2,3,4]}");
  EXPECT_EQ(
      imported("float[2,3] x", "y = Softmax<axis = 0>(x)", 12),
      "%1 f32[1,6] = Reshape(%0) {shape=[1,6]}\n%2 f32[1,6] = Softmax(%1)\n%3 f32[2,3] = Reshape(%2) {shape=[2,3]}");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Softmax<axis = -1>(x)", 12), "%1 f32[2,3,4] = Softmax(%0)");
  expect_refused(ErrorCode::argument, "axis 3", "float[2,3,4] x", "y = Softmax<axis = 3>(x)", 12);
}

}  // namespace

}  // namespace exeunt
