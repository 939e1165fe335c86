#include "ops/reshape.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Reshape, KeepsElementsAndTheirOrderInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Reshape{.shape = {3, 2}}, {tensor(dtype, {2, 3}, {1, 0, 0, 1, 1, 0})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {3, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 0, 0, 1, 1, 0));
  }
}

TEST(Reshape, ScalarsAndOnes) {
  EXPECT_THAT(values<float>(run_op(Reshape{}, {f32({1, 1}, {5})})), ElementsAre(5));
  EXPECT_EQ(result_type(Reshape{}, {"f32[1,1]"}), "f32[]");
  EXPECT_EQ(result_type(Reshape{.shape = {1, 1}}, {"f32[]"}), "f32[1,1]");
}

TEST(Reshape, EmptyTensorsTakeAnyEmptyShape) {
  EXPECT_EQ(run_op(Reshape{.shape = {5, 0}}, {f32({0, 3}, {})}).shape(), (Shape{5, 0}));
}

TEST(Reshape, CostsNothing) { EXPECT_EQ(work(Reshape{}, {}, {DType::f32, {1000}}), 0); }

TEST(Reshape, RefusesShapesThatDoNotFit) {
  EXPECT_EQ(error_of(Reshape{.shape = {4}}, {"f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Reshape{.shape = {-2, -3}}, {"f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Reshape{.shape = {0}}, {"f32[]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Reshape{.shape = Ints(9, 1)}, {"f32[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Reshape{}, {}), ErrorCode::argument);
}

TEST(Reshape, IsNotFooledByOverflow) {
  constexpr std::int64_t kHalf = std::int64_t{1} << 32;
  EXPECT_EQ(error_of(Reshape{.shape = {kHalf, kHalf}}, {"f32[0]"}), ErrorCode::shape);
}

}  // namespace

}  // namespace exeunt::ops
