#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

/// The only constant of y = Identity(a constant node).
std::string constant(const std::string& node, int opset = 17) {
  const std::string text = imported("float[1] x", "c = " + node + " y = Identity(c)", opset);
  return text.substr(0, text.find('\n'));
}

TEST(ConvertConstant, HoldsATensor) {
  EXPECT_EQ(constant("Constant<value = float[2] {1.5, -2}>()", 11), "const %1 f32[2] = {1.5, -2}");
  EXPECT_EQ(constant("Constant<value = int64[1,2] {3, 4}>()"), "const %1 i64[1,2] = {3, 4}");
  EXPECT_EQ(constant("Constant<value = bool {1}>()", 23), "const %1 bool[] = {1}");
}

TEST(ConvertConstant, HoldsNumbersSinceOpset12) {
  EXPECT_EQ(constant("Constant<value_float = 1.5>()", 12), "const %1 f32[] = {1.5}");
  EXPECT_EQ(constant("Constant<value_int = -7>()"), "const %1 i64[] = {-7}");
  EXPECT_EQ(constant("Constant<value_floats = [1.5, 2.0]>()"), "const %1 f32[2] = {1.5, 2}");
  EXPECT_EQ(constant("Constant<value_ints = [1, 2, 3]>()"), "const %1 i64[3] = {1, 2, 3}");
}

TEST(ConvertConstant, RefusesTheOthers) {
  const std::string text = "a constant that is neither a tensor nor numbers";
  expect_refused(ErrorCode::unsupported, text, "float[1] x", "y = Constant()");
  expect_refused(ErrorCode::unsupported, text, "float[1] x", "y = Constant<value_string = \"a\">()");
  expect_refused(ErrorCode::unsupported, "element type STRING", "float[1] x",
                 "y = Constant<value = string[1] {\"a\"}>()");
}

TEST(ConvertConstantOfShape, RepeatsItsValue) {
  const std::string inputs = "float[1] x, int64[2] s = {1, 3}";
  EXPECT_EQ(imported(inputs, "c = ConstantOfShape(s) y = Add(x, c)", 11),
            "const %1 f32[1,3] = {0, 0, 0}\n%2 f32[1,3] = Add(%0, %1)");
  EXPECT_EQ(imported(inputs, "c = ConstantOfShape<value = float[1] {2.5}>(s) y = Add(x, c)", 23),
            "const %1 f32[1,3] = {2.5, 2.5, 2.5}\n%2 f32[1,3] = Add(%0, %1)");
  EXPECT_EQ(imported("bool x, int64[0] s = {}", "c = ConstantOfShape<value = bool[1] {1}>(s) y = And(x, c)"),
            "const %1 bool[] = {1}\n%2 bool[] = And(%0, %1)");
}

TEST(ConvertConstantOfShape, RefusesWrongShapesAndValues) {
  expect_refused(ErrorCode::shape, "negative dimension", "float[1] x, int64[1] s = {-1}", "y = ConstantOfShape(s)");
  expect_refused(ErrorCode::shape, "2 GB or more", "float[1] x, int64[2] s = {1000000, 1000000}",
                 "y = ConstantOfShape(s)");
  expect_refused(ErrorCode::format, "the value has 2 elements", "float[1] x, int64[1] s = {1}",
                 "y = ConstantOfShape<value = float[2] {1, 2}>(s)");
  expect_refused(ErrorCode::unsupported, "must be constant", "int64[1] x", "y = ConstantOfShape(x)");
}

}  // namespace

}  // namespace exeunt
