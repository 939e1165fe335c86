#include "ops/top_k.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr TopKPart kIndices = TopKPart::indices;

TEST(TopK, GivesTheLargestFirstInEveryType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {5}, {3, 1, 5, 2, 4});
    const Tensor values = run_op(TopK{.k = 3}, {x});
    EXPECT_EQ(values.type(), (TensorType{dtype, {3}}));
    EXPECT_THAT(numbers(values), ElementsAre(5, 4, 3));
    const Tensor indices = run_op(TopK{.k = 3, .part = kIndices}, {x});
    EXPECT_EQ(indices.type(), (TensorType{DType::i64, {3}}));
    EXPECT_THAT(numbers(indices), ElementsAre(2, 4, 0));
  }
}

TEST(TopK, GivesTheSmallestFirst) {
  const Tensor x = f32({5}, {3, 1, 5, 2, 4});
  EXPECT_THAT(values<float>(run_op(TopK{.k = 2, .largest = false}, {x})), ElementsAre(1, 2));
  EXPECT_THAT(numbers(run_op(TopK{.k = 2, .largest = false, .part = kIndices}, {x})), ElementsAre(1, 3));
}

TEST(TopK, OfEqualsTheLowerIndexComesFirst) {
  const Tensor x = f32({4}, {1, 2, 2, 1});
  EXPECT_THAT(numbers(run_op(TopK{.k = 4, .part = kIndices}, {x})), ElementsAre(1, 2, 0, 3));
  EXPECT_THAT(numbers(run_op(TopK{.k = 4, .largest = false, .part = kIndices}, {x})), ElementsAre(0, 3, 1, 2));
}

TEST(TopK, NaNIsLargerThanEveryNumber) {
  const Tensor x = f32({5}, {1, kNaN, kInf, kNaN, -kInf});
  EXPECT_THAT(numbers(run_op(TopK{.k = 5, .part = kIndices}, {x})), ElementsAre(1, 3, 2, 0, 4));
  EXPECT_THAT(numbers(run_op(TopK{.k = 5, .largest = false, .part = kIndices}, {x})), ElementsAre(4, 0, 2, 1, 3));
}

TEST(TopK, LargeIntegersDifferExactly) {
  constexpr std::uint64_t kTop = ~std::uint64_t{0};
  const Tensor x = u64({3}, {kTop - 1, kTop, kTop - 2});
  EXPECT_THAT(values<std::uint64_t>(run_op(TopK{.k = 3}, {x})), ElementsAre(kTop, kTop - 1, kTop - 2));
}

TEST(TopK, RunsAlongAnyAxis) {
  const Tensor x = f32({2, 3}, {1, 5, 3, 4, 2, 6});
  const Tensor columns = run_op(TopK{.k = 1, .axis = 0}, {x});
  EXPECT_EQ(columns.shape(), (Shape{1, 3}));
  EXPECT_THAT(values<float>(columns), ElementsAre(4, 5, 6));
  EXPECT_THAT(values<float>(run_op(TopK{.k = 2, .axis = 1}, {x})), ElementsAre(5, 3, 6, 4));
  EXPECT_THAT(numbers(run_op(TopK{.k = 2, .axis = -2, .part = kIndices}, {x})), ElementsAre(1, 0, 1, 0, 1, 0));
}

TEST(TopK, NothingOfSomethingIsEmpty) {
  EXPECT_EQ(run_op(TopK{.k = 0}, {f32({2, 3}, {1, 2, 3, 4, 5, 6})}).shape(), (Shape{2, 0}));
  EXPECT_EQ(run_op(TopK{.k = 0}, {f32({2, 0}, {})}).shape(), (Shape{2, 0}));
  EXPECT_EQ(run_op(TopK{.k = 1}, {f32({0, 3}, {})}).shape(), (Shape{0, 1}));
}

TEST(TopK, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(TopK{.k = 4}, {"f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(TopK{.k = -1}, {"f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(TopK{}, {"bool[3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(TopK{.axis = 1}, {"f32[3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(TopK{}, {"f32[]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
