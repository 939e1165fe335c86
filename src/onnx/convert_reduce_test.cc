#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertReduce, AxesAreAnAttributeOrAnOperand) {
  EXPECT_EQ(imported("float[1,3,4] x", "y = ReduceL2<axes = [1], keepdims = 0>(x)", 13),
            "%1 f32[1,4] = ReduceL2(%0) {axes=[1], keepdims=false}");
  EXPECT_EQ(imported("float[1,3,4] x, int64[1] a = {-1}", "y = ReduceLogSumExp(x, a)", 18),
            "%1 f32[1,3,1] = ReduceLogSumExp(%0) {axes=[-1]}");
  EXPECT_EQ(imported("float[1,3,4] x", "y = ReduceSumSquare(x)", 18), "%1 f32[1,1,1] = ReduceSumSquare(%0)");
  EXPECT_EQ(imported("bool[1,3] x", "y = ReduceMax(x)", 20), "%1 bool[1,1] = ReduceMax(%0)");
}

TEST(ConvertReduce, NoAxesMayMeanEveryElementByItself) {
  EXPECT_EQ(imported("float[1,3] x", "y = ReduceSumSquare<noop_with_empty_axes = 1>(x)", 18),
            "%1 f32[1,3,1] = Reshape(%0) {shape=[1,3,1]}\n"
            "%2 f32[1,3] = ReduceSumSquare(%1) {axes=[-1], keepdims=false}");
  EXPECT_EQ(imported("float[1,3] x", "y = ReduceProd<noop_with_empty_axes = 1>(x)", 18), "");
}

TEST(ConvertArgReduce, EveryAttribute) {
  EXPECT_EQ(imported("float[1,3] x", "y = ArgMax(x)"), "%1 i64[1,3] = ArgMax(%0)");
  EXPECT_EQ(imported("float[1,3] x", "y = ArgMin<axis = 1, keepdims = 0, select_last_index = 1>(x)"),
            "%1 i64[1] = ArgMin(%0) {axis=1, keepdims=false, select_last_index=true}");
}

TEST(ConvertCumSum, TheAxisMustBeConstant) {
  EXPECT_EQ(imported("float[1,3] x, int32 a = {1}", "y = CumSum<exclusive = 1, reverse = 1>(x, a)"),
            "%1 f32[1,3] = CumSum(%0) {axis=1, exclusive=true, reverse=true}");
  expect_refused(ErrorCode::unsupported, "must be constant", "float[1,3] x, int32 a", "y = CumSum(x, a)");
}

}  // namespace

}  // namespace exeunt
