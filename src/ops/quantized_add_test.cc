#include "ops/quantized_add.h"

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(QuantizedAdd, AddsWhatTheBytesStandFor) {
  QuantizedAdd op;
  op.a_zero = 10, op.a_scale = 2, op.b_zero = 100, op.b_scale = 0.5, op.low = -1000, op.high = 1000, op.y_zero = 50;
  // 2 * 1 + 0.5 * 2, 2 * -10 + 0.5 * 100
  const Tensor y = run_op(op, {u8({2}, {11, 0}), u8({2}, {102, 200})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(53, 80));
}

TEST(QuantizedAdd, ClampsBeforeItRoundsAndSaturates) {
  QuantizedAdd op;
  op.low = 0, op.high = 1000, op.b_scale = -1;
  const Tensor y = run_op(op, {u8({3}, {3, 200, 7}), u8({3}, {9, 0, 7})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(0, 200, 0));
  op.b_scale = 1;
  EXPECT_THAT(values<std::uint8_t>(run_op(op, {u8({1}, {200}), u8({1}, {100})})), ElementsAre(255));
}

TEST(QuantizedAdd, RoundsHalvesToEven) {
  QuantizedAdd op;
  op.a_scale = 0.5, op.low = 0, op.high = 255;
  const Tensor y = run_op(op, {u8({3}, {1, 3, 5}), u8({3}, {0, 0, 0})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(0, 2, 2));
}

TEST(QuantizedAdd, RefusesOtherTypesAndShapes) {
  expect_error(ErrorCode::dtype, "one shape", [&] { run_op(QuantizedAdd{}, {u8({2}, {1, 2}), u8({1}, {1})}); });
  expect_error(ErrorCode::dtype, "u8", [&] { run_op(QuantizedAdd{}, {f32({1}, {1}), f32({1}, {1})}); });
}

}  // namespace

}  // namespace exeunt::ops
