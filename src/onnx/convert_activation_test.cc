#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

std::string activation(const std::string& call, int opset = 20) {
  return imported("float[1,3] x", "y = " + call, opset);
}

TEST(ConvertActivation, AttributesBecomeAlphaAndBeta) {
  EXPECT_EQ(activation("LeakyRelu<alpha = 0.5>(x)"), "%1 f32[1,3] = LeakyRelu(%0) {alpha=0.5}");
  EXPECT_EQ(activation("Elu<alpha = 0.5>(x)"), "%1 f32[1,3] = Elu(%0) {alpha=0.5}");
  EXPECT_EQ(activation("Celu<alpha = 2.0>(x)"), "%1 f32[1,3] = Celu(%0) {alpha=2}");
  EXPECT_EQ(activation("ThresholdedRelu<alpha = 2.0>(x)"), "%1 f32[1,3] = ThresholdedRelu(%0) {alpha=2}");
  EXPECT_EQ(activation("Selu<alpha = 2.0, gamma = 3.0>(x)"), "%1 f32[1,3] = Selu(%0) {alpha=2, beta=3}");
  EXPECT_EQ(activation("HardSigmoid<alpha = 0.25, beta = 0.75>(x)"),
            "%1 f32[1,3] = HardSigmoid(%0) {alpha=0.25, beta=0.75}");
}

TEST(ConvertActivation, DefaultsAreThoseOfOnnxInF32) {
  EXPECT_EQ(activation("LeakyRelu(x)"), "%1 f32[1,3] = LeakyRelu(%0) {alpha=0.009999999776482582}");
  EXPECT_EQ(activation("Elu(x)"), "%1 f32[1,3] = Elu(%0) {alpha=1}");
  EXPECT_EQ(activation("Selu(x)"), "%1 f32[1,3] = Selu(%0) {alpha=1.6732631921768188, beta=1.0507010221481323}");
  EXPECT_EQ(activation("HardSigmoid(x)"), "%1 f32[1,3] = HardSigmoid(%0) {alpha=0.20000000298023224, beta=0.5}");
}

TEST(ConvertActivation, GeluHasTwoForms) {
  EXPECT_EQ(activation("Gelu(x)"), "%1 f32[1,3] = Gelu(%0)");
  EXPECT_EQ(activation("Gelu<approximate = \"tanh\">(x)"), "%1 f32[1,3] = GeluTanh(%0)");
  expect_refused(ErrorCode::format, "approximate is 'exp'", "float[1,3] x", "y = Gelu<approximate = \"exp\">(x)", 20);
}

TEST(ConvertClip, ConstantBoundsBecomeFields) {
  const std::string inputs = "float[1,3] x, float a = {-1}, float b = {6}";
  EXPECT_EQ(imported(inputs, "y = Clip(x, a, b)"), "%1 f32[1,3] = Clip(%0) {alpha=-1, beta=6}");
  EXPECT_EQ(imported(inputs, "y = Clip(x, a)"), "%1 f32[1,3] = Clip(%0) {alpha=-1, beta=inf}");
  EXPECT_EQ(imported(inputs, "y = Clip(x, , b)"), "%1 f32[1,3] = Clip(%0) {alpha=-inf, beta=6}");
  EXPECT_EQ(imported(inputs, "y = Clip(x)"), "%1 f32[1,3] = Clip(%0) {alpha=-inf, beta=inf}");
  EXPECT_EQ(imported("int64[1,3] x, int64 a = {0}", "y = Clip(x, a)"), "%1 i64[1,3] = Clip(%0) {beta=inf}");
}

TEST(ConvertClip, OtherBoundsBecomeMaxAndMin) {
  EXPECT_EQ(imported("float[1,3] x, float[1] a", "y = Clip(x, a)"),
            "%2 f32[] = Reshape(%1)\n%3 f32[1,3] = Max(%0, %2)");
  EXPECT_EQ(imported("int64[1,3] x, int64 a = {9007199254740993}", "y = Clip(x, , a)"),
            "const %1 i64[] = {9007199254740993}\n%2 i64[] = Reshape(%1)\n%3 i64[1,3] = Min(%0, %2)");
  expect_refused(ErrorCode::shape, "bound 1 is f32[2]", "float[1,2] x, float[2] a", "y = Clip(x, a)");
}

TEST(ConvertPRelu, SlopeIsAnOperand) {
  EXPECT_EQ(imported("float[1,3,2] x, float[3,1] a", "y = PRelu(x, a)"), "%2 f32[1,3,2] = PRelu(%0, %1)");
}

}  // namespace

}  // namespace exeunt
