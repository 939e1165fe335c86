#include "ops/gather_elements.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(GatherElements, PicksAlongTheAxisInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {2, 2}, {1, 0, 0, 1});
    const Tensor y = run_op(GatherElements{.axis = 1}, {x, i64({2, 2}, {0, 0, 1, 0})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 1, 1, 0));
  }
}

TEST(GatherElements, KeepsItsPlaceOnOtherAxes) {
  const Tensor x = f32({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor indices = i32({2, 2}, {2, 0, 1, 2});
  for (const std::int64_t axis : {0, -2}) {
    EXPECT_THAT(values<float>(run_op(GatherElements{.axis = axis}, {x, indices})), ElementsAre(5, 2, 3, 6));
  }
}

TEST(GatherElements, IndicesMayReachLessFarBesideTheAxis) {
  const Tensor y = run_op(GatherElements{.axis = 1}, {f32({2, 2}, {1, 2, 3, 4}), i64({1, 3}, {1, 0, 1})});
  EXPECT_EQ(y.shape(), (Shape{1, 3}));
  EXPECT_THAT(values<float>(y), ElementsAre(2, 1, 2));
}

TEST(GatherElements, NegativeIndicesCountFromTheEndAndOthersPickTheNearest) {
  const Tensor y = run_op(GatherElements{}, {f32({3}, {10, 20, 30}), i64({4}, {-1, -3, 7, -9})});
  EXPECT_THAT(values<float>(y), ElementsAre(30, 10, 30, 10));
}

TEST(GatherElements, NoIndicesGiveAnEmptyResult) {
  EXPECT_EQ(run_op(GatherElements{}, {f32({0}, {}), i64({0}, {})}).shape(), (Shape{0}));
}

TEST(GatherElements, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(GatherElements{}, {"f32[3]", "f32[3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(GatherElements{}, {"f32[3]", "i64[3,1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherElements{.axis = 1}, {"f32[2,3]", "i64[3,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherElements{}, {"f32[0]", "i64[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherElements{.axis = 1}, {"f32[3]", "i64[3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(GatherElements{}, {"f32[]", "i64[]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
