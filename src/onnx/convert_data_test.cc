#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertTile, RepeatsAreAnOperand) {
  EXPECT_EQ(imported("float[1,2] x, int64[2] r = {1, 3}", "y = Tile(x, r)"), "%1 f32[1,6] = Tile(%0) {repeats=[1,3]}");
  expect_refused(ErrorCode::unsupported, "must be constant", "float[1,2] x, int64[2] r", "y = Tile(x, r)");
}

TEST(ConvertGatherElements, HasAnAxis) {
  EXPECT_EQ(imported("float[1,2] x, int64[1,2] i", "y = GatherElements<axis = 1>(x, i)"),
            "%2 f32[1,2] = GatherElements(%0, %1) {axis=1}");
}

TEST(ConvertGatherND, HasBatchAxes) {
  EXPECT_EQ(imported("float[2,3] x, int64[2,1] i", "y = GatherND<batch_dims = 1>(x, i)", 12),
            "%2 f32[2] = GatherND(%0, %1) {batch_dims=1}");
}

TEST(ConvertScatter, MayReduce) {
  EXPECT_EQ(imported("float[3] x, int64[1] i, float[1] u", "y = ScatterElements(x, i, u)", 11),
            "%3 f32[3] = ScatterElements(%0, %1, %2)");
  EXPECT_EQ(imported("float[3] x, int64[1,1] i, float[1] u", "y = ScatterND<reduction = \"max\">(x, i, u)", 18),
            "%3 f32[3] = ScatterND(%0, %1, %2) {fn=max}");
  expect_refused(ErrorCode::format, "reduction 'sum'", "float[3] x, int64[1] i, float[1] u",
                 "y = ScatterElements<reduction = \"sum\">(x, i, u)");
}

TEST(ConvertTopK, HasANodeForEachOutput) {
  EXPECT_EQ(nodes_text(import_text("g (float[1,5] x, int64[1] k = {2}) => (float[] v, int64[] i) "
                                   "{ v, i = TopK<largest = 0>(x, k) }")),
            "%1 f32[1,2] = TopK(%0) {k=2, largest=false}\n"
            "%2 i64[1,2] = TopK(%0) {k=2, largest=false, part=indices}");
}

TEST(ConvertSize, IsConstant) {
  EXPECT_EQ(imported("float[1,5] x", "s = Size(x) c = Cast<to = 1>(s) y = Mul(x, c)"),
            "const %1 i64[] = {5}\n%2 f32[] = Cast(%1)\n%3 f32[1,5] = Mul(%0, %2)");
}

/// The constant that a node makes of initializers alone.
std::string folded(const std::string& initializers, const std::string& node) {
  return imported("float[1] x, " + initializers, "c = " + node + " f = Cast<to = 1>(c) y = Add(x, f)");
}

TEST(ConvertRange, FoldsToAConstant) {
  EXPECT_THAT(folded("int64 a = {2}, int64 b = {9}, int64 d = {3}", "Range(a, b, d)"),
              ::testing::StartsWith("const %1 i64[3] = {2, 5, 8}"));
  EXPECT_THAT(folded("float a = {1}, float b = {0}, float d = {-0.5}", "Range(a, b, d)"),
              ::testing::StartsWith("const %1 f32[2] = {1, 0.5}"));
  EXPECT_THAT(folded("int32 a = {2000000000}, int32 b = {-2000000000}, int32 d = {-1500000000}", "Range(a, b, d)"),
              ::testing::StartsWith("const %1 i32[3] = {2000000000, 500000000, -1000000000}"));
  const std::string scalars = "float[1] x, int64 a = {0}, int64 b = {5}, ";
  expect_refused(ErrorCode::argument, "a step of 0", scalars + "int64 d = {0}", "y = Range(a, b, d)");
  expect_refused(ErrorCode::dtype, "one element type", scalars + "int32 d = {1}", "y = Range(a, b, d)");
  expect_refused(ErrorCode::shape, "one element", scalars + "int64[2] d = {1, 2}", "y = Range(a, b, d)");
  expect_refused(ErrorCode::unsupported, "must be constant", "int64 a, int64 b = {5}, int64 d = {1}",
                 "y = Range(a, b, d)");
}

TEST(ConvertNonZero, FoldsToAConstant) {
  EXPECT_THAT(folded("int64[2,3] c0 = {0, 1, 0, 2, 0, 3}", "NonZero(c0)"),
              ::testing::StartsWith("const %1 i64[2,3] = {0, 1, 1, 1, 0, 2}"));
  expect_refused(ErrorCode::unsupported, "must be constant", "float[1,3] x", "y = NonZero(x)");
}

TEST(ConvertDepthToSpace, IsATranspose) {
  EXPECT_EQ(imported("float[1,8,2,3] x", "y = DepthToSpace<blocksize = 2>(x)"),
            "%1 f32[1,2,2,2,2,3] = Reshape(%0) {shape=[1,2,2,2,2,3]}\n"
            "%2 f32[1,2,2,2,3,2] = Transpose(%1) {perm=[0,3,4,1,5,2]}\n"
            "%3 f32[1,2,4,6] = Reshape(%2) {shape=[1,2,4,6]}");
  EXPECT_THAT(imported("float[1,8,2,3] x", "y = DepthToSpace<blocksize = 2, mode = \"CRD\">(x)"),
              ::testing::HasSubstr("perm=[0,1,4,2,5,3]"));
  expect_refused(ErrorCode::shape, "6 channels", "float[1,6,2,3] x", "y = DepthToSpace<blocksize = 2>(x)");
}

TEST(ConvertSpaceToDepth, IsATranspose) {
  EXPECT_EQ(imported("float[1,2,4,6] x", "y = SpaceToDepth<blocksize = 2>(x)"),
            "%1 f32[1,2,2,2,3,2] = Reshape(%0) {shape=[1,2,2,2,3,2]}\n"
            "%2 f32[1,2,2,2,2,3] = Transpose(%1) {perm=[0,3,5,1,2,4]}\n"
            "%3 f32[1,8,2,3] = Reshape(%2) {shape=[1,8,2,3]}");
  expect_refused(ErrorCode::shape, "does not divide", "float[1,2,3,6] x", "y = SpaceToDepth<blocksize = 2>(x)");
}

TEST(ConvertOneHot, DepthIsConstant) {
  EXPECT_EQ(imported("int64[2] x, float[1] d = {3}, float[2] v", "y = OneHot<axis = 0>(x, d, v)"),
            "%2 f32[3,2] = OneHot(%0, %1) {depth=3, axis=0}");
}

}  // namespace

}  // namespace exeunt
