#include "ops/quantized_conv.h"

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// One axis, results of all bytes.
QuantizedConv plain_quantized_conv() {
  QuantizedConv op;
  op.strides = op.dilations = {1};
  op.pads = {0, 0};
  op.low = -1000;
  op.high = 1000;
  return op;
}

TEST(QuantizedConv, ScalesTheSumOfProductsByChannel) {
  const Tensor x = u8({1, 2, 2}, {10, 20, 30, 40});
  const Tensor w = i8({2, 2, 1}, {1, 2, -1, 1});
  const Tensor y = run_op(plain_quantized_conv(), {x, w, f32({2}, {0.5, 2}), f32({2}, {1, 10})});
  EXPECT_EQ(y.type(), (TensorType{DType::u8, {1, 2, 2}}));
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(36, 51, 50, 50));
}

TEST(QuantizedConv, PaddingStandsForTheZeroPoint) {
  QuantizedConv op = plain_quantized_conv();
  op.pads = {1, 1};
  op.x_zero = 100;
  const Tensor y = run_op(op, {u8({1, 1, 2}, {101, 103}), i8({1, 1, 3}, {1, 1, 1}), f32({1}, {1}), f32({1}, {0})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(4, 4));
}

TEST(QuantizedConv, AddsTheResidualThenClampsRoundsAndMovesTheZero) {
  QuantizedConv op = plain_quantized_conv();
  op.residual_zero = 5;
  op.residual_scale = 0.5;
  op.low = 0;
  op.high = 20;
  op.y_zero = 7;
  const Tensor w = i8({1, 1, 1}, {1});
  // 3 + 0.5 * 0, 3 + 0.5 * 1 to even, 3 - 0.5 * 5 to even, beyond the bounds on both sides
  const Tensor y =
      run_op(op, {u8({1, 1, 5}, {3, 3, 3, 0, 90}), w, f32({1}, {1}), f32({1}, {0}), u8({1, 1, 5}, {5, 6, 0, 0, 0})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(10, 11, 7, 7, 27));
}

TEST(QuantizedConv, SaturatesAtBothEnds) {
  const Tensor w = i8({2, 1, 1}, {127, -128});
  const Tensor y = run_op(plain_quantized_conv(), {u8({1, 1, 1}, {255}), w, f32({2}, {1, 1}), f32({2}, {0, 0})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(255, 0));
}

TEST(QuantizedConv, AsFloatsRoundsNothing) {
  QuantizedConv op = plain_quantized_conv();
  op.to_float = true;
  const Tensor y = run_op(op, {u8({1, 1, 2}, {1, 2}), i8({1, 1, 1}, {3}), f32({1}, {0.25}), f32({1}, {-1})});
  EXPECT_EQ(y.dtype(), DType::f32);
  EXPECT_THAT(values<float>(y), ElementsAre(-0.25, 0.5));
}

TEST(QuantizedConv, GroupsSeeOnlyTheirOwnChannels) {
  QuantizedConv op = plain_quantized_conv();
  op.group = 2;
  const Tensor y = run_op(op, {u8({1, 2, 1}, {10, 20}), i8({2, 1, 1}, {1, 2}), f32({2}, {1, 1}), f32({2}, {0, 0})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(10, 40));
}

TEST(QuantizedConv, RefusesOperandsThatDoNotFit) {
  const Tensor x = u8({1, 1, 2}, {1, 2});
  const Tensor w = i8({1, 1, 1}, {1});
  const Tensor one = f32({1}, {1});
  expect_error(ErrorCode::dtype, "u8", [&] { run_op(plain_quantized_conv(), {f32({1, 1, 1}, {1}), w, one, one}); });
  expect_error(ErrorCode::shape, "channels a group", [&] {
    run_op(plain_quantized_conv(), {x, i8({1, 2, 1}, {1, 1}), one, one});
  });
  expect_error(ErrorCode::shape, "scale", [&] { run_op(plain_quantized_conv(), {x, w, f32({2}, {1, 1}), one}); });
  expect_error(ErrorCode::shape, "residual", [&] {
    run_op(plain_quantized_conv(), {x, w, one, one, u8({1, 1, 1}, {1})});
  });
  QuantizedConv op = plain_quantized_conv();
  op.x_zero = 256;
  expect_error(ErrorCode::argument, "zero points", [&] { run_op(op, {x, w, one, one}); });
}

}  // namespace

}  // namespace exeunt::ops
