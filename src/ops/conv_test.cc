#include "ops/conv.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Stride and dilation 1, no padding.
Conv plain_conv(std::size_t spatial) {
  Conv op;
  op.strides = op.dilations = Ints(spatial, 1);
  op.pads = Ints(2 * spatial, 0);
  return op;
}

TEST(Conv, SlidesTheKernelUnflippedInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(plain_conv(1), {tensor(dtype, {1, 1, 3}, {1, 2, 3}), tensor(dtype, {1, 1, 2}, {1, 10})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 1, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(21, 32));
  }
}

TEST(Conv, SumsOverInputChannelsAndAddsTheBias) {
  const Tensor x = f32({1, 2, 2}, {1, 2, 10, 20});
  const Tensor w = f32({2, 2, 1}, {1, 1, 3, -1});
  const Tensor y = run_op(plain_conv(1), {x, w, f32({2}, {100, 200})});
  EXPECT_THAT(values<float>(y), ElementsAre(111, 122, 193, 186));
}

TEST(Conv, TreatsEverySampleAlike) {
  const Tensor y = run_op(plain_conv(1), {f32({2, 1, 2}, {1, 2, 3, 4}), f32({1, 1, 2}, {1, 1})});
  EXPECT_EQ(y.shape(), (Shape{2, 1, 1}));
  EXPECT_THAT(values<float>(y), ElementsAre(3, 7));
}

TEST(Conv, UnevenPadsAndStride) {
  Conv op = plain_conv(1);
  op.pads = {2, 0};
  op.strides = {2};
  // Reads 0 0 1, then 1 2 3, then 3 4 5.
  const Tensor y = run_op(op, {counting({1, 1, 5}), f32({1, 1, 3}, {1, 2, 3})});
  EXPECT_THAT(values<float>(y), ElementsAre(3, 14, 26));
}

TEST(Conv, DilationSpreadsTheTaps) {
  Conv op = plain_conv(1);
  op.dilations = {3};
  const Tensor y = run_op(op, {counting({1, 1, 5}), f32({1, 1, 2}, {1, 10})});
  EXPECT_THAT(values<float>(y), ElementsAre(41, 52));
}

TEST(Conv, GroupsSeeOnlyTheirOwnChannels) {
  Conv op = plain_conv(1);
  op.group = 2;
  const Tensor w = f32({4, 2, 1}, {1, 0, 0, 1, 2, 0, 0, -1});
  const Tensor y = run_op(op, {f32({1, 4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), w});
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 3, 4, 10, 12, -7, -8));
}

TEST(Conv, DepthwiseIsOneGroupPerChannel) {
  Conv op = plain_conv(1);
  op.group = 2;
  op.dilations = {2};
  const Tensor y = run_op(op, {counting({1, 2, 5}), f32({2, 1, 3}, {1, 10, 100, -1, 2, -3})});
  EXPECT_THAT(values<float>(y), ElementsAre(531, -20));
}

TEST(Conv, DepthwiseMayMultiplyChannels) {
  Conv op = plain_conv(1);
  op.group = 2;
  const Tensor y = run_op(op, {f32({1, 2, 1}, {3, 5}), f32({4, 1, 1}, {1, 10, 1, 10})});
  EXPECT_THAT(values<float>(y), ElementsAre(3, 30, 5, 50));
}

TEST(Conv, TwoSpatialAxes) {
  const Tensor x = f32({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor y = run_op(plain_conv(2), {x, f32({1, 1, 2, 2}, {1, 0, 0, 100})});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(501, 602));
}

// The literals of the next three come from ONNX Runtime.
TEST(Conv, SamePaddingSumsNeighbourhoods) {
  Conv op = plain_conv(2);
  op.group = 2;
  op.pads = {1, 1, 1, 1};
  const Tensor y = run_op(op, {counting({1, 2, 3, 3}), f32({2, 1, 3, 3}, std::vector<float>(18, 1))});
  EXPECT_THAT(values<float>(y), ElementsAre(12, 21, 16, 27, 45, 33, 24, 39, 28, 48, 75, 52, 81, 126, 87, 60, 93, 64));
}

TEST(Conv, GroupsDilationStrideAndUnevenPadsTogether) {
  const Conv op{.strides = {1, 2}, .pads = {1, 0, 0, 2}, .dilations = {2, 1}, .group = 2};
  std::vector<float> w(32);
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i % 5) - 2;
  const Tensor y = run_op(op, {counting({1, 4, 4, 4}), f32({4, 2, 2, 2}, w), f32({4}, {1, 2, 3, 4})});
  EXPECT_EQ(y.shape(), (Shape{1, 4, 3, 3}));
  EXPECT_EQ(values<float>(y), (std::vector<float>{-14,  -14,  1, -20, -26, 1, -32, -38, 1,  //
                                                  -16,  -22,  2, -5,  -3,  2, -1,  1,   2,  //
                                                  170,  178,  3, 5,   5,   3, 5,   5,   3,  //
                                                  -193, -201, 4, -62, -64, 4, -66, -68, 4}));
}

TEST(Conv, ThreeSpatialAxes) {
  const Tensor x = counting({1, 1, 2, 2, 3});
  const Tensor ones = f32({1, 1, 2, 2, 2}, std::vector<float>(8, 1));
  EXPECT_THAT(values<float>(run_op(plain_conv(3), {x, ones})), ElementsAre(48, 56));
  const Conv op{.strides = {1, 2, 1}, .pads = {1, 0, 0, 0, 1, 1}, .dilations = {1, 1, 2}};
  const Tensor y = run_op(op, {x, f32({1, 1, 2, 2, 2}, {1, -1, 2, 0, 1, 3, -2, 1})});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2, 1, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(8, -8, 32, -2));
}

TEST(Conv, DepthIsPaddedAndDilatedLikeTheOtherAxes) {
  const Conv op{.strides = {1, 1, 1}, .pads = {1, 0, 0, 2, 0, 0}, .dilations = {2, 1, 1}};
  // The second channel, of weight 0, would show if the first were read beyond its end.
  const Tensor x = f32({1, 2, 3, 1, 1}, {1, 2, 3, 99, 99, 99});
  const Tensor y = run_op(op, {x, f32({1, 2, 2, 1, 1}, {1, 10, 0, 0})});
  EXPECT_THAT(values<float>(y), ElementsAre(20, 31, 2, 3));
}

TEST(Conv, ResidualIsAddedBeforeTheActivation) {
  Conv op = plain_conv(1);
  const Tensor x = f32({1, 1, 3}, {1, 2, 3});
  const Tensor w = f32({1, 1, 1}, {1});
  const Tensor residual = f32({1, 1, 3}, {-4, -4, 4});
  EXPECT_THAT(values<float>(run_op(op, {x, w, f32({1}, {1}), residual})), ElementsAre(-2, -1, 8));
  op.activation = Activation::relu;
  EXPECT_THAT(values<float>(run_op(op, {x, w, f32({1}, {1}), residual})), ElementsAre(0, 0, 8));
}

TEST(Conv, ResidualNeedsNoBias) {
  const Tensor y = run_op(plain_conv(1), {f32({1, 1, 1}, {2}), f32({1, 1, 1}, {3}), Tensor(), f32({1, 1, 1}, {10})});
  EXPECT_THAT(values<float>(y), ElementsAre(16));
}

TEST(Conv, ReluPassesNaN) {
  Conv op = plain_conv(1);
  op.activation = Activation::relu;
  const Tensor y = run_op(op, {f32({1, 1, 2}, {kNaN, -1}), f32({1, 1, 1}, {1})});
  EXPECT_THAT(values<float>(y), ElementsAre(IsNaN(), 0));
}

TEST(Conv, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor x = tensor(DType::f16, {1, 3, 1}, {2048, 1, 1});
  const Tensor y = run_op(plain_conv(1), {x, tensor(DType::f16, {1, 3, 1}, {1, 1, 1})});
  EXPECT_THAT(numbers(y), ElementsAre(2050));
}

TEST(Conv, EmptyBatchAndPaddingAlone) {
  EXPECT_EQ(run_op(plain_conv(1), {f32({0, 1, 3}, {}), f32({2, 1, 2}, {1, 1, 1, 1})}).shape(), (Shape{0, 2, 2}));
  EXPECT_EQ(run_op(plain_conv(1), {f32({1, 1, 3}, {1, 2, 3}), f32({0, 1, 2}, {})}).shape(), (Shape{1, 0, 2}));
  Conv op = plain_conv(1);
  op.pads = {1, 1};
  const Tensor y = run_op(op, {f32({1, 1, 0}, {}), f32({1, 1, 2}, {1, 1}), f32({1}, {5})});
  EXPECT_THAT(values<float>(y), ElementsAre(5));
}

TEST(Conv, CountsAMultiplyAddPerTapAndOutput) {
  const TensorType x{DType::f32, {1, 4, 8, 8}};
  const TensorType w{DType::f32, {6, 2, 3, 3}};
  const TensorType y{DType::f32, {1, 6, 6, 6}};
  EXPECT_EQ(work(plain_conv(2), std::array{&x, &w}, y), 6 * 6 * 6 * 2 * 3 * 3);
}

TEST(Conv, TakesWeightsOf16BitsBesideFloats) {
  const Tensor x = tensor(DType::f32, {1, 2, 1}, {3, 1.0F / 3});
  const Tensor w = tensor(DType::f16, {1, 2, 1}, {1.0 / 3, 65504});
  const Tensor y = run_op(plain_conv(1), {x, w});
  EXPECT_EQ(y.dtype(), DType::f32);
  // The nearest half is 0.333251953125.
  EXPECT_THAT(numbers(y), ElementsAre(static_cast<float>(3 * 0.333251953125 + 65504 * double{1.0F / 3})));
}

TEST(Conv, TakesBf16AsWeightsBesideFloats) {
  const Tensor y =
      run_op(plain_conv(1), {tensor(DType::f32, {1, 1, 1}, {3}), tensor(DType::bf16, {1, 1, 1}, {1.0 / 3})});
  EXPECT_THAT(numbers(y), ElementsAre(3 * 0.333984375));
}

TEST(Conv, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(plain_conv(1), {"i8[1,1,3]", "i8[1,1,3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f64[1,1,3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_conv(1), {"f16[1,1,3]", "f32[1,1,3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,3]", "f32[1,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[1,1,3,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(4), {"f32[1,1,3,3,3,3]", "f32[1,1,3,3,3,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,2,3]", "f32[1,1,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,2]", "f32[1,1,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[1,1,0]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(plain_conv(2), {"f32[1,1,3]", "f32[1,1,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]"}), ErrorCode::argument);
}

TEST(Conv, RefusesABiasOrResidualOfAnotherType) {
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[2,1,3]", "f32[2]"}), std::nullopt);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[2,1,3]", "f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[2,1,3]", "", "f32[1,2,1]"}), std::nullopt);
  EXPECT_EQ(error_of(plain_conv(1), {"bf16[1,1,3]", "bf16[2,1,3]", "f32[2]"}), std::nullopt);
  EXPECT_EQ(error_of(plain_conv(1), {"bf16[1,1,3]", "bf16[2,1,3]", "f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"bf16[1,1,3]", "bf16[2,1,3]", "f16[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[2,1,3]", "bf16[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"bf16[1,1,3]", "bf16[2,1,3]", "", "", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv(1), {"f32[1,1,3]", "f32[2,1,3]", "", "f32[1,1,1]"}), ErrorCode::shape);
}

TEST(Conv, RefusesGroupsThatDoNotDivide) {
  Conv op = plain_conv(1);
  for (const std::int64_t group : {-1, 0, 2}) {
    op.group = group;
    EXPECT_EQ(error_of(op, {"f32[1,4,3]", "f32[3,2,3]"}), ErrorCode::shape);
    EXPECT_EQ(error_of(op, {"f32[1,3,3]", "f32[4,1,3]"}), ErrorCode::shape);
  }
}

TEST(Conv, RefusesSettingsOutOfRange) {
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  const auto broken = [](auto change) {
    Conv op = plain_conv(1);
    change(op);
    return error_of(op, {"f32[1,1,3]", "f32[1,1,3]"});
  };
  EXPECT_EQ(broken([](Conv& op) { op.strides = {0}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Conv& op) { op.strides = {1, 1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Conv& op) { op.dilations = {-1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Conv& op) { op.dilations = {kHuge}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Conv& op) { op.pads = {0}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Conv& op) { op.pads = {0, -1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Conv& op) { op.pads = {kHuge, 0}; }), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
