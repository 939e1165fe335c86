#include "ops/log_softmax.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(LogSoftmax, IsTheLogarithmOfTheSoftmax) {
  const Tensor y = run_op(LogSoftmax{}, {f32({3}, {1, 2, 3})});
  EXPECT_THAT(numbers(y), near({-2.4076059, -1.4076059, -0.4076059}, 1e-6));
}

TEST(LogSoftmax, EveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(LogSoftmax{}, {tensor(dtype, {2, 2}, {1, 1, -7, -7})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 2}}));
    EXPECT_THAT(numbers(y), near({-0.6931, -0.6931, -0.6931, -0.6931}, 2e-3));
  }
}

TEST(LogSoftmax, RunsAlongItsAxis) {
  const float log3 = 1.0986123F;
  const Tensor y = run_op(LogSoftmax{.axis = 0}, {f32({2, 2}, {0, 0, log3, 0})});
  EXPECT_THAT(numbers(y), near({-1.3862944, -0.6931472, -0.2876821, -0.6931472}, 1e-6));
}

TEST(LogSoftmax, StaysFiniteWhereTheSoftmaxIsZero) {
  EXPECT_THAT(numbers(run_op(LogSoftmax{}, {f32({2}, {1000, -1000})})), ElementsAre(0, -2000));
  EXPECT_THAT(numbers(run_op(LogSoftmax{}, {f32({2}, {-kInf, 5})})), ElementsAre(-kInf, 0));
  EXPECT_THAT(numbers(run_op(LogSoftmax{}, {f32({2}, {kNaN, 5})})), ElementsAre(IsNaN(), IsNaN()));
}

TEST(LogSoftmax, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(LogSoftmax{}, {"i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(LogSoftmax{}, {"f32[]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
