#include "ops/lrn.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Lrn, DividesByTheSquaresOfItsNeighboursInEveryFloatType) {
  const Lrn op{.size = 3, .alpha = 3, .beta = 1, .bias = 1};
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    // The sums of squares are 1, 5, 13 and 13.
    const Tensor y = run_op(op, {tensor(dtype, {1, 4, 1}, {1, 0, 2, 3})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 4, 1}}));
    EXPECT_THAT(numbers(y), near({0.5, 0, 2 / 14.0, 3 / 14.0}, 2e-3));
  }
}

TEST(Lrn, AnEvenSizeReachesFurtherUp) {
  const Lrn op{.size = 2, .alpha = 2, .beta = 1, .bias = 0};
  EXPECT_THAT(numbers(run_op(op, {f32({1, 3}, {1, 2, 3})})), near({1 / 5.0, 2 / 13.0, 3 / 9.0}, 1e-6));
}

TEST(Lrn, BetaIsAPowerAndPlacesAreIndependent) {
  const Lrn op{.size = 1, .alpha = 1, .beta = 0.5, .bias = 0};
  EXPECT_THAT(values<float>(run_op(op, {f32({2, 1, 2}, {1, -2, 3, 4})})), ElementsAre(1, -1, 1, 1));
}

TEST(Lrn, WorkGrowsWithTheWindowThatExists) {
  const TensorType x{DType::f32, {1, 3, 2}};
  EXPECT_EQ(work(Lrn{.size = 2}, std::array{&x}, x), 6 * 6);
  EXPECT_EQ(work(Lrn{.size = 99}, std::array{&x}, x), 6 * 7);
}

TEST(Lrn, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Lrn{}, {"i32[1,2,3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Lrn{}, {"f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Lrn{.size = 0}, {"f32[1,2,3]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
