#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertNormalize, LrnNeedsASize) {
  EXPECT_EQ(imported("float[1,3,2,2] x", "y = LRN<size = 5, alpha = 0.5, beta = 0.25, bias = 2.0>(x)"),
            "%1 f32[1,3,2,2] = LRN(%0) {size=5, alpha=0.5, beta=0.25, bias=2}");
  expect_refused(ErrorCode::format, "'size' is missing", "float[1,3,2,2] x", "y = LRN(x)");
}

TEST(ConvertNormalize, LayersAndRootMeanSquares) {
  EXPECT_EQ(imported("float[1,3,4] x, float[4] s, float[4] b", "y = LayerNormalization<epsilon = 0.5>(x, s, b)"),
            "%3 f32[1,3,4] = LayerNorm(%0, %1, %2) {axis=2, epsilon=0.5}");
  EXPECT_EQ(imported("float[1,3,4] x, float[3,4] s", "y = RMSNormalization<axis = 1, epsilon = 0.5>(x, s)", 23),
            "%2 f32[1,3,4] = LayerNorm(%0, %1) {axis=1, epsilon=0.5, center=false}");
}

TEST(ConvertNormalize, InstancesAreLayersOfTheSpatialAxes) {
  EXPECT_EQ(imported("float[1,3,4,4] x, float[3] s, float[3] b", "y = InstanceNormalization<epsilon = 0.5>(x, s, b)"),
            "%3 f32[3,1,1] = Reshape(%1) {shape=[3,1,1]}\n%4 f32[3,1,1] = Reshape(%2) {shape=[3,1,1]}\n"
            "%5 f32[1,3,4,4] = LayerNorm(%0, %3, %4) {axis=2, epsilon=0.5}");
  expect_refused(ErrorCode::shape, "operand 1 is [2]; [3] is needed", "float[1,3,4] x, float[2] s, float[3] b",
                 "y = InstanceNormalization(x, s, b)");
}

TEST(ConvertNormalize, GroupsHaveParametersForGroupsOrChannels) {
  const std::string norm = "y = GroupNormalization<num_groups = 2, epsilon = 0.5>(x, s, b)";
  EXPECT_EQ(imported("float[1,4,3,3] x, float[2] s, float[2] b", norm, 18),
            "%3 f32[1,2,2,9] = Reshape(%0) {shape=[1,2,2,9]}\n"
            "%4 f32[2,1,1] = Reshape(%1) {shape=[2,1,1]}\n%5 f32[2,1,1] = Reshape(%2) {shape=[2,1,1]}\n"
            "%6 f32[1,2,2,9] = LayerNorm(%3, %4, %5) {axis=2, epsilon=0.5}\n"
            "%7 f32[1,4,3,3] = Reshape(%6) {shape=[1,4,3,3]}");
  expect_refused(ErrorCode::shape, "operand 1 is [2]; [4] is needed", "float[1,4,3,3] x, float[2] s, float[2] b", norm,
                 21);
  expect_refused(ErrorCode::shape, "3 groups of 4 channels", "float[1,4,3] x, float[4] s, float[4] b",
                 "y = GroupNormalization<num_groups = 3>(x, s, b)", 21);
}

}  // namespace

}  // namespace exeunt
