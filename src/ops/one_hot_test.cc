#include "ops/one_hot.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(OneHot, MarksTheIndexInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(OneHot{.depth = 3}, {i64({2}, {0, 2}), tensor(dtype, {2}, {0, 1})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 3}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 0, 0, 0, 0, 1));
  }
}

TEST(OneHot, TakesIndicesOfEveryNumericType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(OneHot{.depth = 3}, {tensor(dtype, {1}, {1}), f32({2}, {-1, 7})});
    EXPECT_THAT(values<float>(y), ElementsAre(-1, 7, -1));
  }
}

TEST(OneHot, NegativeIndicesCountFromTheEndAndOthersPointNowhere) {
  const Tensor y = run_op(OneHot{.depth = 2}, {i32({4}, {-1, -2, 2, -3}), f32({2}, {0, 1})});
  EXPECT_THAT(values<float>(y), ElementsAre(0, 1, 1, 0, 0, 0, 0, 0));
}

TEST(OneHot, FractionsAreCutOff) {
  EXPECT_THAT(values<float>(run_op(OneHot{.depth = 2}, {f32({2}, {0.9F, -0.9F}), f32({2}, {0, 1})})),
              ElementsAre(1, 0, 1, 0));
}

TEST(OneHot, TheNewAxisMayStandAnywhere) {
  const Tensor indices = i64({2, 2}, {0, 1, 1, 0});
  const Tensor first = run_op(OneHot{.depth = 3, .axis = 0}, {indices, f32({2}, {0, 1})});
  EXPECT_EQ(first.shape(), (Shape{3, 2, 2}));
  EXPECT_THAT(values<float>(first), ElementsAre(1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0));
  const Tensor middle = run_op(OneHot{.depth = 2, .axis = -2}, {indices, f32({2}, {0, 1})});
  EXPECT_EQ(middle.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(values<float>(middle), ElementsAre(1, 0, 0, 1, 0, 1, 1, 0));
}

TEST(OneHot, ScalarsAndEmptyTensors) {
  EXPECT_THAT(values<float>(run_op(OneHot{.depth = 2}, {i64({}, {1}), f32({2}, {0, 1})})), ElementsAre(0, 1));
  EXPECT_EQ(run_op(OneHot{.depth = 0}, {i64({2}, {0, 1}), f32({2}, {0, 1})}).shape(), (Shape{2, 0}));
  EXPECT_EQ(run_op(OneHot{.depth = 2}, {i64({0}, {}), f32({2}, {0, 1})}).shape(), (Shape{0, 2}));
}

TEST(OneHot, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(OneHot{}, {"bool[2]", "f32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(OneHot{}, {"i64[2]", "f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(OneHot{.depth = -1}, {"i64[2]", "f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(OneHot{.axis = 2}, {"i64[2]", "f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(OneHot{}, {"i64[2]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
