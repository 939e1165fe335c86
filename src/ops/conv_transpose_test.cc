#include "ops/conv_transpose.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Stride and dilation 1, no padding.
ConvTranspose plain_conv_transpose(std::size_t spatial) {
  ConvTranspose op;
  op.strides = op.dilations = Ints(spatial, 1);
  op.pads = Ints(2 * spatial, 0);
  op.output_padding = Ints(spatial, 0);
  return op;
}

TEST(ConvTranspose, SpreadsTheKernelInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y =
        run_op(plain_conv_transpose(1), {tensor(dtype, {1, 1, 3}, {1, 2, 3}), tensor(dtype, {1, 1, 2}, {1, 10})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 1, 4}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 12, 23, 30));
  }
}

TEST(ConvTranspose, SumsOverInputChannelsAndAddsTheBias) {
  const Tensor x = f32({1, 2, 2}, {1, 2, 10, 20});
  const Tensor w = f32({2, 2, 1}, {1, 3, 1, -1});
  EXPECT_THAT(values<float>(run_op(plain_conv_transpose(1), {x, w})), ElementsAre(11, 22, -7, -14));
  EXPECT_THAT(values<float>(run_op(plain_conv_transpose(1), {x, w, f32({2}, {100, 200})})),
              ElementsAre(111, 122, 193, 186));
}

TEST(ConvTranspose, StrideLeavesGapsAndOutputPaddingLengthens) {
  ConvTranspose op = plain_conv_transpose(1);
  op.strides = {3};
  const Tensor x = f32({1, 1, 2}, {1, 2});
  const Tensor w = f32({1, 1, 2}, {1, 10});
  EXPECT_THAT(values<float>(run_op(op, {x, w})), ElementsAre(1, 10, 0, 2, 20));
  op.output_padding = {2};
  EXPECT_THAT(values<float>(run_op(op, {x, w})), ElementsAre(1, 10, 0, 2, 20, 0, 0));
}

TEST(ConvTranspose, PadsCutOffAndDilationSpreads) {
  ConvTranspose op = plain_conv_transpose(1);
  op.dilations = {2};
  const Tensor x = counting({1, 1, 3});
  const Tensor w = f32({1, 1, 2}, {1, 10});
  EXPECT_THAT(values<float>(run_op(op, {x, w})), ElementsAre(1, 2, 13, 20, 30));
  op.pads = {1, 2};
  EXPECT_THAT(values<float>(run_op(op, {x, w})), ElementsAre(2, 13));
}

TEST(ConvTranspose, GroupsSeeOnlyTheirOwnChannels) {
  ConvTranspose op = plain_conv_transpose(1);
  op.group = 2;
  const Tensor x = f32({1, 4, 1}, {1, 2, 3, 4});
  const Tensor w = f32({4, 2, 1}, {1, 10, 1, 10, 1, 10, 1, 10});
  EXPECT_THAT(values<float>(run_op(op, {x, w})), ElementsAre(3, 30, 7, 70));
}

TEST(ConvTranspose, TwoAndThreeSpatialAxes) {
  const Tensor w = f32({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor y = run_op(plain_conv_transpose(2), {f32({2, 1, 1, 2}, {1, 10, 0, 1}), w});
  EXPECT_EQ(y.shape(), (Shape{2, 1, 2, 3}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 12, 20, 3, 34, 40, 0, 1, 2, 0, 3, 4));
  ConvTranspose op = plain_conv_transpose(3);
  op.strides = {2, 1, 1};
  const Tensor z = run_op(op, {f32({1, 1, 2, 1, 1}, {1, 5}), f32({1, 1, 1, 2, 1}, {1, 2})});
  EXPECT_EQ(z.shape(), (Shape{1, 1, 3, 2, 1}));
  EXPECT_THAT(values<float>(z), ElementsAre(1, 2, 0, 0, 5, 10));
}

TEST(ConvTranspose, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor x = tensor(DType::f16, {1, 3, 1}, {2048, 1, 1});
  EXPECT_THAT(numbers(run_op(plain_conv_transpose(1), {x, tensor(DType::f16, {3, 1, 1}, {1, 1, 1})})),
              ElementsAre(2050));
}

TEST(ConvTranspose, EmptyBatch) {
  EXPECT_EQ(run_op(plain_conv_transpose(1), {f32({0, 1, 3}, {}), f32({1, 2, 2}, {1, 1, 1, 1})}).shape(),
            (Shape{0, 2, 4}));
}

TEST(ConvTranspose, CountsAMultiplyAddPerTapAndInput) {
  const TensorType x{DType::f32, {1, 4, 8, 8}};
  const TensorType w{DType::f32, {4, 3, 2, 2}};
  EXPECT_EQ(work(plain_conv_transpose(2), std::array{&x, &w}, {DType::f32, {1, 3, 9, 9}}), 4 * 8 * 8 * 3 * 2 * 2);
}

TEST(ConvTranspose, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(plain_conv_transpose(1), {"i8[1,1,3]", "i8[1,1,3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_conv_transpose(1), {"f32[1,1,3]", "f16[1,1,3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_conv_transpose(1), {"f32[1,3]", "f32[1,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv_transpose(1), {"f32[1,2,3]", "f32[1,1,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv_transpose(1), {"f32[1,1,3]", "f32[1,1,3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_conv_transpose(2), {"f32[1,1,3]", "f32[1,1,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(plain_conv_transpose(1), {"f32[1,1,3]"}), ErrorCode::argument);
}

TEST(ConvTranspose, RefusesSettingsOutOfRange) {
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  const auto broken = [](auto change) {
    ConvTranspose op = plain_conv_transpose(1);
    change(op);
    return error_of(op, {"f32[1,2,3]", "f32[2,1,3]"});
  };
  EXPECT_EQ(broken([](ConvTranspose& op) { op.group = 0; }), ErrorCode::shape);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.group = 3; }), ErrorCode::shape);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.strides = {0}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.strides = {kHuge}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.dilations = {-1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.pads = {0, -1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.pads = {3, 3}; }), ErrorCode::shape);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.output_padding = {-1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](ConvTranspose& op) { op.output_padding = {}; }), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
