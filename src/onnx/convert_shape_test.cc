#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertReshape, ShapeIsAnOperand) {
  for (const int opset : {11, 13, 17, 23}) {
    EXPECT_EQ(imported("float[1,6] x, int64[2] s = {2, 3}", "y = Reshape(x, s)", opset),
              "%1 f32[2,3] = Reshape(%0) {shape=[2,3]}");
  }
}

TEST(ConvertReshape, MinusOneIsWhatIsLeft) {
  EXPECT_EQ(imported("float[2,6] x, int64[2] s = {3, -1}", "y = Reshape(x, s)"),
            "%1 f32[3,4] = Reshape(%0) {shape=[3,4]}");
  EXPECT_EQ(imported("float[1,1] x, int64[1] s = {-1}", "y = Reshape(x, s)"), "%1 f32[1] = Reshape(%0) {shape=[1]}");
}

TEST(ConvertReshape, ZeroKeepsTheAxis) {
  EXPECT_EQ(imported("float[2,3,4] x, int64[3] s = {0, 0, -1}", "y = Reshape(x, s)"),
            "%1 f32[2,3,4] = Reshape(%0) {shape=[2,3,4]}");
}

TEST(ConvertReshape, ZeroIsZeroWithAllowzero) {
  EXPECT_EQ(imported("float[0,3] x, int64[2] s = {3, 0}", "y = Reshape<allowzero = 1>(x, s)"),
            "%1 f32[3,0] = Reshape(%0) {shape=[3,0]}");
  expect_refused(ErrorCode::shape, "does not fill", "float[0,3] x, int64[2] s = {0, -1}",
                 "y = Reshape<allowzero = 1>(x, s)");
}

TEST(ConvertReshape, ToAScalarAndBack) {
  EXPECT_EQ(imported("float[1] x, int64[0] s = {}", "y = Reshape(x, s)"), "%1 f32[] = Reshape(%0)");
  EXPECT_EQ(imported("float x, int64[1] s = {1}", "y = Reshape(x, s)"), "%1 f32[1] = Reshape(%0) {shape=[1]}");
}

TEST(ConvertReshape, ShapeMayBeComputed) {
  EXPECT_EQ(imported("float[1,2,3] x", R"(
    s = Shape(x)
    i = Constant<value_ints = [0]>()
    batch = Gather(s, i)
    rest = Constant<value_ints = [-1]>()
    shape = Concat<axis = 0>(batch, rest)
    y = Reshape(x, shape))"),
            "%1 f32[1,6] = Reshape(%0) {shape=[1,6]}");
}

TEST(ConvertReshape, RefusesShapesThatDoNotFit) {
  const auto refused = [](ErrorCode code, const std::string& text, const std::string& shape) {
    expect_refused(code, text, "float[2,3] x, " + shape, "y = Reshape(x, s)");
  };
  refused(ErrorCode::shape, "does not fill the shape [4,-1]", "int64[2] s = {4, -1}");
  refused(ErrorCode::shape, "two dimensions are -1", "int64[2] s = {-1, -1}");
  refused(ErrorCode::shape, "the 0 at place 2", "int64[3] s = {1, 6, 0}");
  refused(ErrorCode::shape, "dimension -2", "int64[1] s = {-2}");
  refused(ErrorCode::shape, "too large", "int64[3] s = {2000000, 2000000, 2000000}");
  refused(ErrorCode::shape, "dimension 9223372036854775807", "int64[1] s = {9223372036854775807}");
  refused(ErrorCode::shape, "[2,3] has 6 elements, which do not make [5]", "int64[1] s = {5}");
  refused(ErrorCode::dtype, "integers are needed", "float[1] s = {6}");
  refused(ErrorCode::shape, "9 dimensions", "int64[9] s = {1, 1, 1, 1, 1, 1, 1, 1, 6}");
  expect_refused(ErrorCode::unsupported, "operand 1 ('s') must be constant, but depends on the model's input",
                 "float[2,3] x, int64[1] s", "y = Reshape(x, s)");
}

TEST(ConvertFlatten, MakesTwoAxes) {
  EXPECT_EQ(imported("float[2,3,4] x", "y = Flatten(x)"), "%1 f32[2,12] = Reshape(%0) {shape=[2,12]}");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Flatten<axis = 0>(x)"), "%1 f32[1,24] = Reshape(%0) {shape=[1,24]}");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Flatten<axis = 3>(x)"), "%1 f32[24,1] = Reshape(%0) {shape=[24,1]}");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Flatten<axis = -1>(x)"), "%1 f32[6,4] = Reshape(%0) {shape=[6,4]}");
  expect_refused(ErrorCode::format, "axis 4", "float[2,3,4] x", "y = Flatten<axis = 4>(x)");
  expect_refused(ErrorCode::format, "axis -4", "float[2,3,4] x", "y = Flatten<axis = -4>(x)");
}

TEST(ConvertSqueeze, AxesAreAnAttributeBeforeOpset13) {
  const std::string expected = "%1 f32[3] = Reshape(%0) {shape=[3]}";
  EXPECT_EQ(imported("float[1,3,1] x", "y = Squeeze<axes = [0, 2]>(x)", 11), expected);
  EXPECT_EQ(imported("float[1,3,1] x, int64[2] a = {0, -1}", "y = Squeeze(x, a)", 13), expected);
}

TEST(ConvertSqueeze, WithoutAxesDropsAllOnes) {
  for (const int opset : {11, 13, 23}) {
    EXPECT_EQ(imported("float[1,3,1] x", "y = Squeeze(x)", opset), "%1 f32[3] = Reshape(%0) {shape=[3]}");
  }
}

TEST(ConvertSqueeze, EmptyAxesDropNothing) {
  EXPECT_EQ(imported("float[1,3] x, int64[0] a = {}", "y = Squeeze(x, a)"), "%1 f32[1,3] = Reshape(%0) {shape=[1,3]}");
}

TEST(ConvertSqueeze, RefusesWrongAxes) {
  expect_refused(ErrorCode::shape, "axis 1 of [1,3] is not 1", "float[1,3] x, int64[1] a = {1}", "y = Squeeze(x, a)");
  expect_refused(ErrorCode::argument, "axis 2", "float[1,3] x, int64[1] a = {2}", "y = Squeeze(x, a)");
  expect_refused(ErrorCode::format, "named twice", "float[1,3] x, int64[2] a = {0, -2}", "y = Squeeze(x, a)");
}

TEST(ConvertUnsqueeze, AxesAreAnAttributeBeforeOpset13) {
  const std::string expected = "%1 f32[1,2,3,1] = Reshape(%0) {shape=[1,2,3,1]}";
  EXPECT_EQ(imported("float[2,3] x", "y = Unsqueeze<axes = [0, 3]>(x)", 11), expected);
  EXPECT_EQ(imported("float[2,3] x, int64[2] a = {-1, 0}", "y = Unsqueeze(x, a)", 13), expected);
}

TEST(ConvertUnsqueeze, RefusesWrongAxes) {
  expect_refused(ErrorCode::argument, "axis 4", "float[2,3] x, int64[1] a = {4}", "y = Unsqueeze(x, a)");
  expect_refused(ErrorCode::format, "named twice", "float[2,3] x, int64[2] a = {0, -4}", "y = Unsqueeze(x, a)");
  expect_refused(ErrorCode::shape, "9 dimensions", "float[2,3] x, int64[7] a = {0,1,2,3,4,5,6}", "y = Unsqueeze(x, a)");
  expect_refused(ErrorCode::shape, "9 axes are added", "float[2,3] x, int64[9] a = {0,1,2,3,4,5,6,7,8}",
                 "y = Unsqueeze(x, a)");
}

TEST(ConvertTranspose, ReversesWithoutPerm) {
  EXPECT_EQ(imported("float[2,3,4] x", "y = Transpose<perm = [0, 2, 1]>(x)"),
            "%1 f32[2,4,3] = Transpose(%0) {perm=[0,2,1]}");
  EXPECT_EQ(imported("float[2,3,4] x", "y = Transpose(x)"), "%1 f32[4,3,2] = Transpose(%0) {perm=[2,1,0]}");
  expect_refused(ErrorCode::argument, "", "float[2,3] x", "y = Transpose<perm = [0, 0]>(x)");
}

TEST(ConvertExpand, ShapeIsAConstantOperand) {
  EXPECT_EQ(imported("float[1,3] x, int64[3] s = {2, 4, 1}", "y = Expand(x, s)"),
            "%1 f32[2,4,3] = Expand(%0) {shape=[2,4,1]}");
  expect_refused(ErrorCode::unsupported, "must be constant", "float[1,3] x, int64[3] s", "y = Expand(x, s)");
}

TEST(ConvertConcat, NeedsAnAxis) {
  EXPECT_EQ(imported("float[1,3] x, float[1,2] z", "y = Concat<axis = -1>(x, z, x)"),
            "%2 f32[1,8] = Concat(%0, %1, %0) {axis=-1}");
  expect_refused(ErrorCode::format, "'axis' is missing", "float[1,3] x", "y = Concat(x, x)");
}

TEST(ConvertGather, TakesSlicesAlongTheAxis) {
  EXPECT_EQ(imported("float[2,3] x, int64 i = {1}", "y = Gather<axis = 1>(x, i)"),
            "const %1 i64[] = {1}\n%2 f32[2] = Gather(%0, %1) {axis=1}");
  EXPECT_EQ(imported("float[2,3] x, int32[1,2] i", "y = Gather(x, i)"), "%2 f32[1,2,3] = Gather(%0, %1)");
}

TEST(ConvertShape, TakesAPartSinceOpset15) {
  EXPECT_EQ(imported("float[1,3,4] x", "y = Shape(x)", 11), "%1 i64[3] = Shape(%0)");
  EXPECT_EQ(imported("float[1,3,4] x", "y = Shape<start = 1>(x)", 15), "%1 i64[2] = Shape(%0) {start=1}");
  EXPECT_EQ(imported("float[1,3,4] x", "y = Shape<start = -2, end = -1>(x)", 15),
            "%1 i64[1] = Shape(%0) {start=-2, end=-1}");
}

}  // namespace

}  // namespace exeunt
