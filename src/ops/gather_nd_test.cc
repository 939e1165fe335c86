#include "ops/gather_nd.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(GatherND, PicksElementsInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(GatherND{}, {tensor(dtype, {2, 2}, {0, 1, 1, 0}), i64({3, 2}, {0, 0, 0, 1, 1, 0})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {3}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 1, 1));
  }
}

TEST(GatherND, ShortRowsPickSlices) {
  const Tensor x = f32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor rows = run_op(GatherND{}, {x, i32({2, 2}, {0, 1, 1, 0})});
  EXPECT_EQ(rows.shape(), (Shape{2, 2}));
  EXPECT_THAT(values<float>(rows), ElementsAre(3, 4, 5, 6));
  const Tensor plane = run_op(GatherND{}, {x, i64({1}, {1})});
  EXPECT_EQ(plane.shape(), (Shape{2, 2}));
  EXPECT_THAT(values<float>(plane), ElementsAre(5, 6, 7, 8));
}

TEST(GatherND, BatchAxesAreShared) {
  const Tensor x = f32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor y = run_op(GatherND{.batch_dims = 1}, {x, i64({2, 1}, {1, 0})});
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(3, 4, 5, 6));
  EXPECT_EQ(result_type(GatherND{.batch_dims = 2}, {"f32[2,3,4,5]", "i64[2,3,7,1]"}), "f32[2,3,7,5]");
}

TEST(GatherND, EmptyRowsPickEverything) {
  EXPECT_EQ(result_type(GatherND{}, {"f32[2,3]", "i64[4,0]"}), "f32[4,2,3]");
  const Tensor y = run_op(GatherND{}, {f32({2}, {1, 2}), i64({2, 0}, {})});
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 1, 2));
}

TEST(GatherND, NegativeIndicesCountFromTheEndAndOthersPickTheNearest) {
  const Tensor y = run_op(GatherND{}, {f32({3}, {10, 20, 30}), i64({3, 1}, {-1, -9, 9})});
  EXPECT_THAT(values<float>(y), ElementsAre(30, 10, 30));
}

TEST(GatherND, NoRowsGiveAnEmptyResult) {
  EXPECT_EQ(run_op(GatherND{}, {f32({0, 2}, {}), i64({0, 1}, {})}).shape(), (Shape{0, 2}));
}

TEST(GatherND, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(GatherND{}, {"f32[3]", "f32[3,1]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(GatherND{}, {"f32[3]", "i64[3,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherND{}, {"f32[]", "i64[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherND{}, {"f32[0]", "i64[2,1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherND{.batch_dims = 1}, {"f32[2,3]", "i64[3,1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherND{.batch_dims = 1}, {"f32[2,3]", "i64[2,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(GatherND{.batch_dims = 2}, {"f32[2,3]", "i64[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(GatherND{.batch_dims = -1}, {"f32[2,3]", "i64[2,1]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
