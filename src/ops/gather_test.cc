#include "ops/gather.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Gather, PicksRowsInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Gather{}, {tensor(dtype, {3, 2}, {0, 0, 0, 1, 1, 0}), i64({4}, {2, 0, 1, 2})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {4, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 0, 0, 0, 0, 1, 1, 0));
  }
}

TEST(Gather, PicksColumnsAlongTheLastAxis) {
  const Tensor x = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const std::int64_t axis : {1, -1}) {
    const Tensor y = run_op(Gather{.axis = axis}, {x, i32({2}, {2, 0})});
    EXPECT_EQ(y.shape(), (Shape{2, 2}));
    EXPECT_THAT(values<float>(y), ElementsAre(3, 1, 6, 4));
  }
}

TEST(Gather, NegativeIndicesCountFromTheEnd) {
  const Tensor y = run_op(Gather{}, {f32({3}, {10, 20, 30}), i64({3}, {-1, -2, -3})});
  EXPECT_THAT(values<float>(y), ElementsAre(30, 20, 10));
}

TEST(Gather, IndicesOutOfRangePickTheNearestEnd) {
  const Tensor y = run_op(Gather{}, {f32({3}, {10, 20, 30}), i64({4}, {3, -4, kInt64Min, kInt64Max})});
  EXPECT_THAT(values<float>(y), ElementsAre(30, 10, 10, 30));
}

TEST(Gather, ScalarIndexRemovesTheAxis) {
  const Tensor x = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor row = run_op(Gather{}, {x, i64({}, {1})});
  EXPECT_EQ(row.shape(), (Shape{3}));
  EXPECT_THAT(values<float>(row), ElementsAre(4, 5, 6));
  const Tensor element = run_op(Gather{}, {f32({2}, {7, 8}), i64({}, {-1})});
  EXPECT_EQ(element.shape(), Shape{});
  EXPECT_THAT(values<float>(element), ElementsAre(8));
}

TEST(Gather, ShapeOfTheIndicesTakesThePlaceOfTheAxis) {
  EXPECT_EQ(result_type(Gather{.axis = 1}, {"f32[2,9,4]", "i64[5,6]"}), "f32[2,5,6,4]");
  const Tensor y = run_op(Gather{}, {f32({2}, {7, 8}), i64({2, 2}, {0, 1, 1, 0})});
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(7, 8, 8, 7));
}

TEST(Gather, NoIndicesGiveAnEmptyResult) {
  EXPECT_EQ(run_op(Gather{}, {f32({3, 2}, {1, 2, 3, 4, 5, 6}), i64({0}, {})}).shape(), (Shape{0, 2}));
  EXPECT_EQ(run_op(Gather{}, {f32({0, 2}, {}), i64({0}, {})}).shape(), (Shape{0, 2}));
  EXPECT_EQ(run_op(Gather{}, {f32({3, 0}, {}), i64({2}, {0, 1})}).shape(), (Shape{2, 0}));
}

TEST(Gather, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Gather{}, {"f32[3]", "f32[1]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Gather{}, {"f32[3]", "u8[1]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Gather{}, {"f32[0,2]", "i64[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gather{}, {"f32[1,1,1,1,1]", "i64[1,1,1,1,1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gather{.axis = 1}, {"f32[3]", "i64[1]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Gather{.axis = 0}, {"f32[]", "i64[1]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Gather{}, {"f32[3]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
