#include "ops/max_pool_indices.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Stride and dilation 1, no padding.
MaxPoolIndices plain_max_pool(Ints kernel) {
  const std::size_t spatial = kernel.size();
  MaxPoolIndices op;
  op.kernel = std::move(kernel);
  op.strides = op.dilations = Ints(spatial, 1);
  op.pads = Ints(2 * spatial, 0);
  return op;
}

std::vector<std::int64_t> places(const MaxPoolIndices& op, const Tensor& x) {
  return values<std::int64_t>(run_op(op, {x}));
}

TEST(MaxPoolIndices, PointAtTheFirstLargestInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(places(plain_max_pool({2}), tensor(dtype, {1, 1, 4}, {1, 3, 3, 0})), ElementsAre(1, 1, 2));
  }
}

TEST(MaxPoolIndices, CountThroughTheWholeTensor) {
  EXPECT_THAT(places(plain_max_pool({2}), f32({2, 2, 2}, {1, 2, 4, 3, 5, 6, 8, 7})), ElementsAre(1, 2, 5, 6));
}

TEST(MaxPoolIndices, DoNotCountPadding) {
  MaxPoolIndices op = plain_max_pool({2, 2});
  op.pads = {1, 1, 0, 0};
  EXPECT_THAT(places(op, counting({1, 1, 2, 2})), ElementsAre(0, 1, 2, 3));
}

TEST(MaxPoolIndices, ColumnMajorCountsTheFirstSpatialAxisFastest) {
  MaxPoolIndices op = plain_max_pool({2, 2});
  EXPECT_THAT(places(op, counting({1, 2, 2, 3})), ElementsAre(4, 5, 10, 11));
  op.column_major = true;
  EXPECT_THAT(places(op, counting({1, 2, 2, 3})), ElementsAre(3, 5, 9, 11));
  op = plain_max_pool({2, 2, 2});
  op.column_major = true;
  EXPECT_THAT(places(op, counting({1, 1, 2, 2, 3})), ElementsAre(7, 11));
}

TEST(MaxPoolIndices, StridesDilationsAndCeilMode) {
  MaxPoolIndices op = plain_max_pool({2});
  op.strides = op.dilations = {2};
  EXPECT_THAT(places(op, counting({1, 1, 6})), ElementsAre(2, 4));
  op.ceil_mode = true;
  EXPECT_THAT(places(op, counting({1, 1, 6})), ElementsAre(2, 4, 4));
}

TEST(MaxPoolIndices, NaNIsTheLargest) {
  EXPECT_THAT(places(plain_max_pool({3}), f32({1, 1, 4}, {kInf, kNaN, 2, kNaN})), ElementsAre(1, 1));
  EXPECT_THAT(places(plain_max_pool({2}), f32({1, 1, 2}, {-kInf, -kInf})), ElementsAre(0));
}

TEST(MaxPoolIndices, PaddingAloneHasNone) {
  MaxPoolIndices op = plain_max_pool({2});
  op.pads = {1, 1};
  op.dilations = {2};
  EXPECT_THAT(places(op, f32({1, 1, 1}, {-3})), ElementsAre(-1));
  op.dilations = {1};
  EXPECT_THAT(places(op, f32({1, 2, 0}, {})), ElementsAre(-1, -1));
}

TEST(MaxPoolIndices, CountsATapAnElement) {
  EXPECT_EQ(work(plain_max_pool({2, 3}), {}, {DType::i64, {1, 4, 5, 6}}), 4 * 5 * 6 * 2 * 3);
}

TEST(MaxPoolIndices, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(plain_max_pool({2}), {"bool[1,1,4]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_max_pool({2}), {"f32[1,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_max_pool({5}), {"f32[1,1,4]"}), ErrorCode::shape);
  MaxPoolIndices op = plain_max_pool({2});
  op.pads = {2, 0};
  EXPECT_EQ(error_of(op, {"f32[1,1,4]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
