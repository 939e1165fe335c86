#include "ops/concat.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Concat, JoinsAlongTheAxisInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor a = tensor(dtype, {2, 1}, {0, 1});
    const Tensor b = tensor(dtype, {2, 2}, {1, 1, 0, 0});
    const Tensor y = run_op(Concat{.axis = 1}, {a, b});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 3}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 1, 1, 1, 0, 0));
  }
}

TEST(Concat, AlongTheFirstAxisPutsTensorsOneAfterTheOther) {
  const Tensor y = run_op(Concat{.axis = 0}, {f32({1, 2}, {1, 2}), f32({2, 2}, {3, 4, 5, 6})});
  EXPECT_EQ(y.shape(), (Shape{3, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Concat, NegativeAxisCountsFromTheEnd) {
  EXPECT_EQ(result_type(Concat{.axis = -1}, {"f32[2,3]", "f32[2,4]"}), "f32[2,7]");
  EXPECT_EQ(result_type(Concat{.axis = -2}, {"f32[2,3]", "f32[5,3]"}), "f32[7,3]");
}

TEST(Concat, InTheMiddleTakesTurnsByOuterIndex) {
  const Tensor y = run_op(Concat{.axis = 1}, {f32({2, 1, 2}, {1, 2, 3, 4}), f32({2, 1, 2}, {5, 6, 7, 8})});
  EXPECT_EQ(y.shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 5, 6, 3, 4, 7, 8));
}

TEST(Concat, TakesOneOperandOrMany) {
  EXPECT_THAT(values<float>(run_op(Concat{}, {f32({2}, {1, 2})})), ElementsAre(1, 2));
  const Tensor one = f32({1}, {7});
  EXPECT_THAT(values<float>(run_op(Concat{}, {one, one, one, one})), ElementsAre(7, 7, 7, 7));
}

TEST(Concat, EmptyOperandsAddNothing) {
  const Tensor y = run_op(Concat{.axis = 1}, {f32({2, 0}, {}), f32({2, 1}, {1, 2}), f32({2, 0}, {})});
  EXPECT_EQ(y.shape(), (Shape{2, 1}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2));
  EXPECT_EQ(run_op(Concat{.axis = 1}, {f32({0, 2}, {}), f32({0, 3}, {})}).shape(), (Shape{0, 5}));
}

TEST(Concat, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Concat{.axis = 1}, {"f32[2,3]", "f32[3,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Concat{.axis = 0}, {"f32[2,3]", "f32[2,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Concat{.axis = 0}, {"f32[2,3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Concat{.axis = 0}, {"f32[]", "f32[]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Concat{.axis = 0}, {"f32[2]", "f16[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Concat{.axis = 1}, {"f32[2]", "f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Concat{.axis = 0}, {"f32[2]", "", "f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Concat{.axis = 0}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
