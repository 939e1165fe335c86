#include "ops/softmax.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Softmax, IsExpOverItsSum) {
  const Tensor y = run_op(Softmax{}, {f32({3}, {1, 2, 3})});
  EXPECT_THAT(numbers(y), near({0.09003057, 0.24472847, 0.66524096}, 1e-7));
}

TEST(Softmax, EqualScoresShareEquallyInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Softmax{}, {tensor(dtype, {2, 4}, {1, 1, 1, 1, -7, -7, -7, -7})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 4}}));
    EXPECT_THAT(numbers(y), ElementsAre(0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25));
  }
}

TEST(Softmax, RunsAlongItsAxis) {
  // exp(0) : exp(log 3) is 1 : 3.
  const float log3 = 1.0986123F;
  const Tensor x = f32({2, 2}, {0, log3, log3, log3});
  EXPECT_THAT(numbers(run_op(Softmax{.axis = 1}, {x})), near({0.25, 0.75, 0.5, 0.5}, 1e-6));
  EXPECT_THAT(numbers(run_op(Softmax{.axis = 0}, {x})), near({0.25, 0.5, 0.75, 0.5}, 1e-6));
  EXPECT_THAT(numbers(run_op(Softmax{.axis = -2}, {x})), near({0.25, 0.5, 0.75, 0.5}, 1e-6));
}

TEST(Softmax, InnerAndOuterAxesAreIndependent) {
  const Tensor x = f32({2, 2, 2}, {0, 5, 0, 5, 1, 2, 1, 2});
  EXPECT_THAT(numbers(run_op(Softmax{.axis = 1}, {x})), near(std::vector<double>(8, 0.5), 1e-7));
}

TEST(Softmax, LargeScoresDoNotOverflow) {
  EXPECT_THAT(numbers(run_op(Softmax{}, {f32({2}, {1e30F, 1e30F})})), ElementsAre(0.5, 0.5));
  EXPECT_THAT(numbers(run_op(Softmax{}, {f32({2}, {1000, -1000})})), ElementsAre(1, 0));
  EXPECT_THAT(numbers(run_op(Softmax{}, {tensor(DType::f16, {2}, {65504, 65504})})), ElementsAre(0.5, 0.5));
}

TEST(Softmax, MaskedScoresGetNothing) {
  EXPECT_THAT(numbers(run_op(Softmax{}, {f32({3}, {-kInf, 2, 2})})), ElementsAre(0, 0.5, 0.5));
  EXPECT_THAT(numbers(run_op(Softmax{}, {f32({2}, {-kInf, -kInf})})), ElementsAre(IsNaN(), IsNaN()));
}

TEST(Softmax, NaNSpoilsItsLineOnly) {
  const Tensor x = f32({3, 2}, {kNaN, 1, 1, kNaN, 1, 1});
  EXPECT_THAT(numbers(run_op(Softmax{}, {x})), ElementsAre(IsNaN(), IsNaN(), IsNaN(), IsNaN(), 0.5, 0.5));
}

TEST(Softmax, OneElementIsCertain) {
  EXPECT_THAT(numbers(run_op(Softmax{.axis = 1}, {f32({2, 1}, {-5, 100})})), ElementsAre(1, 1));
}

TEST(Softmax, EmptyTensors) {
  EXPECT_EQ(run_op(Softmax{.axis = 1}, {f32({0, 3}, {})}).shape(), (Shape{0, 3}));
  EXPECT_EQ(run_op(Softmax{.axis = 1}, {f32({3, 0}, {})}).shape(), (Shape{3, 0}));
  EXPECT_EQ(run_op(Softmax{.axis = 0}, {f32({3, 0}, {})}).shape(), (Shape{3, 0}));
}

TEST(Softmax, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Softmax{}, {"i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Softmax{}, {"f32[]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Softmax{.axis = 1}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Softmax{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
