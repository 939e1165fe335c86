#include "ops/cum_sum.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(CumSum, AddsUpInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(CumSum{}, {tensor(dtype, {4}, {1, 2, 3, 4})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {4}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 3, 6, 10));
  }
}

TEST(CumSum, ExclusiveAndReverse) {
  const Tensor x = counting({4});
  EXPECT_THAT(values<float>(run_op(CumSum{.exclusive = true}, {x})), ElementsAre(0, 1, 3, 6));
  EXPECT_THAT(values<float>(run_op(CumSum{.reverse = true}, {x})), ElementsAre(10, 9, 7, 4));
  EXPECT_THAT(values<float>(run_op(CumSum{.exclusive = true, .reverse = true}, {x})), ElementsAre(9, 7, 4, 0));
}

TEST(CumSum, AnyAxisFromEitherEnd) {
  const Tensor x = counting({2, 3});
  EXPECT_THAT(values<float>(run_op(CumSum{.axis = 0}, {x})), ElementsAre(1, 2, 3, 5, 7, 9));
  EXPECT_THAT(values<float>(run_op(CumSum{.axis = -1}, {x})), ElementsAre(1, 3, 6, 4, 9, 15));
}

TEST(CumSum, ShortFloatsAreRoundedOnlyAtTheEndAndIntegersWrap) {
  EXPECT_THAT(numbers(run_op(CumSum{}, {tensor(DType::f16, {3}, {2048, 1, 1})})), ElementsAre(2048, 2048, 2050));
  EXPECT_THAT(values<std::int8_t>(run_op(CumSum{}, {i8({2}, {100, 100})})), ElementsAre(100, -56));
}

TEST(CumSum, EmptyTensors) { EXPECT_EQ(run_op(CumSum{}, {f32({0, 2}, {})}).shape(), (Shape{0, 2})); }

TEST(CumSum, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(CumSum{}, {"bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(CumSum{.axis = 1}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(CumSum{}, {"f32[]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
