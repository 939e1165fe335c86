#include "ops/scale_shift.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(ScaleShift, MultipliesThenAddsByChannel) {
  const Tensor x = f32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor y = run_op(ScaleShift{}, {x, f32({2}, {2, -1}), f32({2}, {10, 0.5})});
  EXPECT_THAT(numbers(y), ElementsAre(12, 14, -2.5, -3.5, 20, 22, -6.5, -7.5));
}

TEST(ScaleShift, OneNumberServesAllChannels) {
  const Tensor x = f32({1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(numbers(run_op(ScaleShift{}, {x, f32({1}, {2}), f32({2}, {0, 1})})), ElementsAre(2, 4, 7, 9));
  EXPECT_THAT(numbers(run_op(ScaleShift{}, {x, f32({2}, {1, 2}), f32({1}, {1})})), ElementsAre(2, 3, 7, 9));
}

TEST(ScaleShift, TakesAnyRankWithOneNumber) {
  EXPECT_THAT(numbers(run_op(ScaleShift{}, {f32({}, {3}), f32({1}, {2}), f32({1}, {1})})), ElementsAre(7));
  EXPECT_THAT(numbers(run_op(ScaleShift{}, {f32({2}, {3, 4}), f32({1}, {2}), f32({1}, {1})})), ElementsAre(7, 9));
}

TEST(ScaleShift, WorksInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(
        ScaleShift{}, {tensor(dtype, {1, 2}, {1, -1}), tensor(dtype, {2}, {4, 8}), tensor(dtype, {2}, {0.5, 0.25})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(4.5, -7.75));
  }
}

TEST(ScaleShift, TheActivationComesLast) {
  const Tensor x = f32({3}, {-1, 1, 9});
  const ScaleShift op{.activation = Activation::clip, .activation_alpha = 0, .activation_beta = 6};
  EXPECT_THAT(numbers(run_op(op, {x, f32({1}, {2}), f32({1}, {-1})})), ElementsAre(0, 1, 6));
}

TEST(ScaleShift, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(ScaleShift{}, {"i32[1,2]", "i32[2]", "i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(ScaleShift{}, {"f32[1,2]", "f16[2]", "f32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(ScaleShift{}, {"f32[1,2]", "f32[3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScaleShift{}, {"f32[1,2]", "f32[2]", "f32[1,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScaleShift{}, {"f32[2]", "f32[2]", "f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScaleShift{}, {"f32[2]", "f32[1]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
