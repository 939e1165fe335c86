#include "ops/where.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Where, TakesAWhereTrueAndBWhereFalseInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Where{}, {boolean({4}, {true, false, true, false}), tensor(dtype, {4}, {0, 0, 1, 1}),
                                      tensor(dtype, {4}, {1, 1, 0, 0})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {4}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 1, 1, 0));
  }
}

TEST(Where, AllThreeBroadcast) {
  const Tensor y = run_op(Where{}, {boolean({2, 1, 1}, {true, false}), f32({2, 1}, {1, 2}), f32({3}, {10, 20, 30})});
  EXPECT_EQ(y.shape(), (Shape{2, 2, 3}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 1, 1, 2, 2, 2, 10, 20, 30, 10, 20, 30));
}

TEST(Where, TheConditionAloneMayBeLarge) {
  const Tensor y = run_op(Where{}, {boolean({3}, {false, true, false}), f32({}, {1}), f32({}, {0})});
  EXPECT_THAT(values<float>(y), ElementsAre(0, 1, 0));
}

TEST(Where, NaNIsNotTouched) {
  const Tensor y = run_op(Where{}, {boolean({2}, {true, false}), f32({2}, {1, kNaN}), f32({2}, {kNaN, 2})});
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2));
}

TEST(Where, EmptyTensors) {
  EXPECT_EQ(run_op(Where{}, {boolean({1}, {true}), f32({0, 2}, {}), f32({2}, {1, 2})}).shape(), (Shape{0, 2}));
}

TEST(Where, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Where{}, {"u8[2]", "f32[2]", "f32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Where{}, {"bool[2]", "f32[2]", "f16[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Where{}, {"bool[3]", "f32[2]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Where{}, {"bool[2]", "f32[2]", "f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Where{}, {"bool[2]", "f32[2]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
