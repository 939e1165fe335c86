#include "ops/matmul.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(MatMul, MultipliesMatricesInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(MatMul{}, {tensor(dtype, {2, 2}, {1, 2, 3, 4}), tensor(dtype, {2, 1}, {10, 1})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 1}}));
    EXPECT_THAT(numbers(y), ElementsAre(12, 34));
  }
}

TEST(MatMul, TwoVectorsGiveAScalar) {
  const Tensor y = run_op(MatMul{}, {f32({3}, {1, 2, 3}), f32({3}, {4, 5, 6})});
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_THAT(values<float>(y), ElementsAre(32));
}

TEST(MatMul, VectorOnTheLeftIsARow) {
  const Tensor y = run_op(MatMul{}, {f32({2}, {1, 10}), f32({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(y.shape(), (Shape{3}));
  EXPECT_THAT(values<float>(y), ElementsAre(41, 52, 63));
}

TEST(MatMul, VectorOnTheRightIsAColumn) {
  const Tensor y = run_op(MatMul{}, {f32({2, 3}, {1, 2, 3, 4, 5, 6}), f32({3}, {1, 10, 100})});
  EXPECT_EQ(y.shape(), (Shape{2}));
  EXPECT_THAT(values<float>(y), ElementsAre(321, 654));
}

TEST(MatMul, VectorsMeetEveryMatrixOfABatch) {
  const Tensor batch = f32({2, 2, 1}, {1, 2, 3, 4});
  EXPECT_THAT(values<float>(run_op(MatMul{}, {f32({2}, {1, 10}), batch})), ElementsAre(21, 43));
  EXPECT_EQ(result_type(MatMul{}, {"f32[4]", "f32[5,6,4,3]"}), "f32[5,6,3]");
  EXPECT_EQ(result_type(MatMul{}, {"f32[5,6,3,4]", "f32[4]"}), "f32[5,6,3]");
}

TEST(MatMul, BatchAxesBroadcast) {
  const Tensor rows = f32({2, 1, 1, 2}, {1, 2, 3, 4});
  const Tensor columns = f32({1, 2, 2, 1}, {1, 2, 3, 4});
  const Tensor y = run_op(MatMul{}, {rows, columns});
  EXPECT_EQ(y.shape(), (Shape{2, 2, 1, 1}));
  EXPECT_THAT(values<float>(y), ElementsAre(5, 11, 11, 25));
  EXPECT_EQ(result_type(MatMul{}, {"f32[7,2,3]", "f32[3,4]"}), "f32[7,2,4]");
}

TEST(MatMul, NothingToSumGivesZeros) {
  EXPECT_THAT(values<float>(run_op(MatMul{}, {f32({2, 0}, {}), f32({0, 1}, {})})), ElementsAre(0, 0));
  EXPECT_EQ(run_op(MatMul{}, {f32({0, 2, 1}, {}), f32({1, 3}, {1, 2, 3})}).shape(), (Shape{0, 2, 3}));
}

TEST(MatMul, IntegersWrap) {
  const Tensor y = run_op(MatMul{}, {i64({2}, {kInt64Max, kInt64Max}), i64({2}, {1, 1})});
  EXPECT_THAT(values<std::int64_t>(y), ElementsAre(-2));
  const Tensor z = run_op(MatMul{}, {u8({2}, {200, 100}), u8({2}, {1, 1})});
  EXPECT_THAT(values<std::uint8_t>(z), ElementsAre(44));
}

TEST(MatMul, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor y = run_op(MatMul{}, {tensor(DType::bf16, {3}, {256, 1, 1}), tensor(DType::bf16, {3}, {1, 1, 1})});
  EXPECT_THAT(numbers(y), ElementsAre(258));
}

TEST(MatMul, CountsTheDepthPerOutput) {
  const TensorType a{DType::f32, {7, 2, 5}};
  const TensorType b{DType::f32, {5, 3}};
  EXPECT_EQ(work(MatMul{}, std::array{&a, &b}, {DType::f32, {7, 2, 3}}), 7 * 2 * 3 * 5);
}

TEST(MatMul, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(MatMul{}, {"f32[2,3]", "f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(MatMul{}, {"f32[3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(MatMul{}, {"f32[2,2,3]", "f32[3,3,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(MatMul{}, {"f32[]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(MatMul{}, {"f32[2,3]", "f16[3,2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(MatMul{}, {"bool[2,3]", "bool[3,2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(MatMul{}, {"f32[2,3]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
