#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr int kOpsets[] = {11, 13, 17, 18, 23};

TEST(ConvertElementwise, FunctionsOfOneElementKeepTheirNames) {
  for (const char* name : {"Abs", "Ceil", "Erf", "Exp", "Floor", "Identity", "Log", "Neg", "Reciprocal", "Relu",
                           "Round", "Sigmoid", "Sign", "Sqrt", "Tanh"}) {
    for (const int opset : kOpsets) {
      EXPECT_EQ(imported("float[1,3] x", fmt::format("y = {}(x)", name), opset),
                fmt::format("%1 f32[1,3] = {}(%0)", name));
    }
  }
  EXPECT_EQ(imported("bool[1,3] x", "y = Not(x)"), "%1 bool[1,3] = Not(%0)");
}

TEST(ConvertElementwise, FunctionsOfTwoElementsBroadcast) {
  for (const char* name : {"Add", "Div", "Mul", "Pow", "Sub"}) {
    for (const int opset : kOpsets) {
      EXPECT_EQ(imported("float[1,3] x, float[2,1] z", fmt::format("y = {}(x, z)", name), opset),
                fmt::format("%2 f32[2,3] = {}(%0, %1)", name));
    }
  }
  for (const char* name : {"And", "Or", "Xor"}) {
    EXPECT_EQ(imported("bool[1,3] x, bool[2,1] z", fmt::format("y = {}(x, z)", name)),
              fmt::format("%2 bool[2,3] = {}(%0, %1)", name));
  }
}

TEST(ConvertElementwise, ComparisonsGiveBools) {
  for (const char* name : {"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"}) {
    EXPECT_EQ(imported("float[1,3] x, float z", fmt::format("y = {}(x, z)", name), 16),
              fmt::format("%2 bool[1,3] = {}(%0, %1)", name));
  }
}

TEST(ConvertElementwise, MaxMinAndSumTakeAnyNumberOfOperands) {
  const std::string inputs = "float[1,3] a, float[1,3] b, float[1,3] c";
  EXPECT_EQ(imported(inputs, "y = Max(a, b, c)"), "%3 f32[1,3] = Max(%0, %1)\n%4 f32[1,3] = Max(%3, %2)");
  EXPECT_EQ(imported(inputs, "y = Min(a, b)"), "%3 f32[1,3] = Min(%0, %1)");
  EXPECT_EQ(imported(inputs, "y = Sum(a, b, c)"), "%3 f32[1,3] = Add(%0, %1)\n%4 f32[1,3] = Add(%3, %2)");
  EXPECT_EQ(imported(inputs, "y = Sum(b)"), "");
  expect_refused(ErrorCode::format, "operand 0 is missing", inputs, "y = Max()");
}

TEST(ConvertElementwise, OperandsMustFit) {
  expect_refused(ErrorCode::shape, "[1,3] and [1,2] do not broadcast", "float[1,3] x, float[1,2] z", "y = Add(x, z)");
  expect_refused(ErrorCode::dtype, "f32 and i64", "float[1,3] x, int64[1,3] z", "y = Add(x, z)");
  expect_refused(ErrorCode::format, "operand 1 is missing", "float[1,3] x", "y = Add(x)");
  expect_refused(ErrorCode::format, "operand 1 is missing", "float[1,3] x, float[1,3] z", "y = Where(x, , z)");
}

TEST(ConvertWhere, TakesAConditionAndTwoValues) {
  EXPECT_EQ(imported("bool[1,3] c, float[1,3] a, float b", "y = Where(c, a, b)"), "%3 f32[1,3] = Where(%0, %1, %2)");
}

TEST(ConvertCast, ToIsATypeOfOnnx) {
  EXPECT_EQ(imported("float[1,3] x", "y = Cast<to = 7>(x)", 11), "%1 i64[1,3] = Cast(%0) {to=i64}");
  EXPECT_EQ(imported("int32[1,3] x", "y = Cast<to = 9>(x)", 23), "%1 bool[1,3] = Cast(%0) {to=bool}");
  EXPECT_EQ(imported("float[1,3] x", "y = Cast<to = 16>(x)"), "%1 bf16[1,3] = Cast(%0) {to=bf16}");
  expect_refused(ErrorCode::format, "'to' is missing", "float[1,3] x", "y = Cast(x)");
  expect_refused(ErrorCode::unsupported, "element type STRING", "float[1,3] x", "y = Cast<to = 8>(x)");
  expect_refused(ErrorCode::unsupported, "element type number 99", "float[1,3] x", "y = Cast<to = 99>(x)");
  expect_refused(ErrorCode::format, "attribute 'to' is of another type than INT", "float[1,3] x",
                 "y = Cast<to = \"float\">(x)");
}

TEST(ConvertDropout, IsNothingInInference) {
  for (const int opset : kOpsets) EXPECT_EQ(imported("float[1,3] x", "y = Dropout(x)", opset), "");
  EXPECT_EQ(imported("float[1,3] x", "y = Dropout<ratio = 0.5>(x)", 11), "");
  EXPECT_EQ(imported("float[1,3] x, float r = {0.5}, bool t = {0}", "y = Dropout(x, r, t)", 12), "");
}

TEST(ConvertDropout, MaskIsAllTrue) {
  EXPECT_EQ(imported("float[1,3] x, float[1,3] z", "d, mask = Dropout(x) y = Where(mask, d, z)"),
            "const %2 bool[1,3] = {1, 1, 1}\n%3 f32[1,3] = Where(%2, %0, %1)");
}

TEST(ConvertDropout, RefusesTraining) {
  expect_refused(ErrorCode::unsupported, "training_mode is on", "float[1,3] x, float r = {0.5}, bool t = {1}",
                 "y = Dropout(x, r, t)");
  expect_refused(ErrorCode::unsupported, "operand 2 ('t') must be constant", "float[1,3] x, bool t",
                 "y = Dropout(x, , t)");
}

TEST(ConvertReduce, AxesOfReduceSumAreAnOperandSinceOpset13) {
  const std::string expected = "%1 f32[1,1,4] = ReduceSum(%0) {axes=[1]}";
  EXPECT_EQ(imported("float[1,3,4] x", "y = ReduceSum<axes = [1]>(x)", 11), expected);
  EXPECT_EQ(imported("float[1,3,4] x, int64[1] a = {1}", "y = ReduceSum(x, a)", 13), expected);
}

TEST(ConvertReduce, AxesOfTheOthersAreAnOperandSinceOpset18) {
  for (const char* name : {"ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd"}) {
    const std::string expected = fmt::format("%1 f32[1] = {}(%0) {{axes=[1,-1], keepdims=false}}", name);
    EXPECT_EQ(imported("float[1,3,4] x", fmt::format("y = {}<axes = [1, -1], keepdims = 0>(x)", name), 13), expected);
    EXPECT_EQ(imported("float[1,3,4] x, int64[2] a = {1, -1}", fmt::format("y = {}<keepdims = 0>(x, a)", name), 18),
              expected);
  }
}

TEST(ConvertReduce, NoAxesMeanAllUnlessTheyMeanNone) {
  EXPECT_EQ(imported("float[1,3] x", "y = ReduceMax(x)", 11), "%1 f32[1,1] = ReduceMax(%0)");
  EXPECT_EQ(imported("float[1,3] x", "y = ReduceMax<keepdims = 0>(x)", 18),
            "%1 f32[] = ReduceMax(%0) {keepdims=false}");
  EXPECT_EQ(imported("float[1,3] x, int64[0] a = {}", "y = ReduceMax(x, a)", 18), "%1 f32[1,1] = ReduceMax(%0)");
  EXPECT_EQ(imported("float[1,3] x", "y = ReduceSum<noop_with_empty_axes = 1>(x)", 13), "");
  EXPECT_EQ(imported("float[1,3] x, int64[1] a = {1}", "y = ReduceSum<noop_with_empty_axes = 1>(x, a)", 13),
            "%1 f32[1,1] = ReduceSum(%0) {axes=[1]}");
}

TEST(ConvertReduce, RefusesWrongAxes) {
  expect_refused(ErrorCode::argument, "axis 2", "float[1,3] x, int64[1] a = {2}", "y = ReduceMax(x, a)", 18);
  expect_refused(ErrorCode::unsupported, "operand 1 ('a') must be constant", "float[1,3] x, int64[1] a",
                 "y = ReduceMax(x, a)", 18);
}

}  // namespace

}  // namespace exeunt
