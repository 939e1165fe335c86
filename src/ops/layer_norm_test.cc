#include "ops/layer_norm.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(LayerNorm, MakesMeanZeroAndVarianceOneInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(LayerNorm{.epsilon = 0}, {tensor(dtype, {2, 2}, {1, 3, -5, 5})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(-1, 1, -1, 1));
  }
}

TEST(LayerNorm, ScaleAndBiasFollow) {
  const Tensor x = f32({2, 2}, {1, 3, -5, 5});
  const LayerNorm op{.epsilon = 0};
  EXPECT_THAT(values<float>(run_op(op, {x, f32({2}, {10, 20})})), ElementsAre(-10, 20, -10, 20));
  EXPECT_THAT(values<float>(run_op(op, {x, f32({2}, {10, 20}), f32({2}, {1, 2})})), ElementsAre(-9, 22, -9, 22));
  EXPECT_THAT(values<float>(run_op(op, {x, Tensor(), f32({}, {5})})), ElementsAre(4, 6, 4, 6));
  EXPECT_THAT(values<float>(run_op(op, {x, f32({2, 1}, {1, 2})})), ElementsAre(-1, 1, -2, 2));
}

TEST(LayerNorm, NormalizesOverAllAxesFromItsOwnOn) {
  const Tensor x = f32({2, 2, 1}, {1, 3, 10, 20});
  EXPECT_THAT(numbers(run_op(LayerNorm{.axis = 1, .epsilon = 0}, {x})), ElementsAre(-1, 1, -1, 1));
  EXPECT_THAT(numbers(run_op(LayerNorm{.axis = -1, .epsilon = 1}, {x})), ElementsAre(0, 0, 0, 0));
  // The mean of all is 8.5, the variance 55.25.
  EXPECT_THAT(numbers(run_op(LayerNorm{.axis = 0, .epsilon = 0.75}, {x})),
              near({-1.0022297, -0.7349684, 0.2004459, 1.5367521}, 1e-6));
}

TEST(LayerNorm, EpsilonKeepsConstantRowsFinite) {
  EXPECT_THAT(values<float>(run_op(LayerNorm{}, {f32({3}, {7, 7, 7})})), ElementsAre(0, 0, 0));
}

TEST(LayerNorm, WithoutCenterItIsTheRootMeanSquare) {
  const LayerNorm op{.epsilon = 0, .center = false};
  EXPECT_THAT(numbers(run_op(op, {f32({4}, {1, 7, 5, 5}), f32({}, {10})})), near({2, 14, 10, 10}, 1e-6));
}

TEST(LayerNorm, NaNSpoilsItsRowOnly) {
  const Tensor y = run_op(LayerNorm{.epsilon = 0}, {f32({2, 2}, {kNaN, 1, 1, 3})});
  EXPECT_THAT(numbers(y), ElementsAre(IsNaN(), IsNaN(), -1, 1));
}

TEST(LayerNorm, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor x = tensor(DType::f16, {2}, {60000, -60000});
  EXPECT_THAT(numbers(run_op(LayerNorm{}, {x})), ElementsAre(1, -1));
}

TEST(LayerNorm, EmptyTensors) {
  EXPECT_EQ(run_op(LayerNorm{}, {f32({0, 3}, {})}).shape(), (Shape{0, 3}));
  EXPECT_EQ(run_op(LayerNorm{}, {f32({3, 0}, {})}).shape(), (Shape{3, 0}));
}

TEST(LayerNorm, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(LayerNorm{}, {"i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(LayerNorm{}, {"f32[]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(LayerNorm{.axis = 2}, {"f32[2,2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(LayerNorm{}, {"f32[2,3]", "f16[3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(LayerNorm{}, {"f32[2,3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(LayerNorm{}, {"f32[2,1]", "f32[3]"}), ErrorCode::shape);
}

}  // namespace

}  // namespace exeunt::ops
