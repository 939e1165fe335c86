#include "ops/expand.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Expand, RepeatsAxesOfSizeOneInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Expand{.shape = {2, 3}}, {tensor(dtype, {2, 1}, {0, 1})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 3}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 0, 0, 1, 1, 1));
  }
}

TEST(Expand, AddsLeadingAxes) {
  const Tensor y = run_op(Expand{.shape = {2, 1, 2}}, {f32({2}, {1, 2})});
  EXPECT_EQ(y.shape(), (Shape{2, 1, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 1, 2));
  EXPECT_THAT(values<float>(run_op(Expand{.shape = {3}}, {f32({}, {5})})), ElementsAre(5, 5, 5));
}

TEST(Expand, OnesInTheShapeKeepTheDimsOfX) {
  EXPECT_EQ(result_type(Expand{.shape = {1, 1}}, {"f32[3,4]"}), "f32[3,4]");
  EXPECT_EQ(result_type(Expand{.shape = {4}}, {"f32[3,1]"}), "f32[3,4]");
  EXPECT_EQ(result_type(Expand{}, {"f32[3,4]"}), "f32[3,4]");
}

TEST(Expand, ToZeroLeavesNothing) {
  EXPECT_EQ(run_op(Expand{.shape = {0, 2}}, {f32({1, 2}, {1, 2})}).shape(), (Shape{0, 2}));
}

TEST(Expand, RefusesShapesThatDoNotBroadcast) {
  EXPECT_EQ(error_of(Expand{.shape = {3}}, {"f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Expand{.shape = {-1}}, {"f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Expand{.shape = {1 << 20, 1 << 20}}, {"f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Expand{.shape = Ints(9, 1)}, {"f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Expand{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
