#include "ops/transpose.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Transpose, SwapsAxesInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Transpose{.perm = {1, 0}}, {tensor(dtype, {2, 3}, {0, 1, 0, 1, 1, 0})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {3, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 1, 1, 1, 0, 0));
  }
}

TEST(Transpose, AxisIOfTheResultIsAxisPermIOfX) {
  EXPECT_EQ(result_type(Transpose{.perm = {2, 0, 1}}, {"f32[2,3,4]"}), "f32[4,2,3]");
  const Tensor y = run_op(Transpose{.perm = {2, 0, 1}}, {counting({1, 2, 3})});
  EXPECT_EQ(y.shape(), (Shape{3, 1, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Transpose, ThreeAxesInACycleAreNotTheirInverse) {
  const Tensor y = run_op(Transpose{.perm = {1, 2, 0}}, {counting({2, 1, 3})});
  EXPECT_EQ(y.shape(), (Shape{1, 3, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(Transpose, IdentityScalarAndEmpty) {
  EXPECT_THAT(values<float>(run_op(Transpose{.perm = {0, 1}}, {counting({2, 2})})), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(values<float>(run_op(Transpose{}, {f32({}, {5})})), ElementsAre(5));
  EXPECT_EQ(run_op(Transpose{.perm = {1, 0}}, {f32({0, 3}, {})}).shape(), (Shape{3, 0}));
}

TEST(Transpose, RefusesWhatIsNoPermutation) {
  EXPECT_EQ(error_of(Transpose{.perm = {0}}, {"f32[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Transpose{.perm = {0, 0}}, {"f32[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Transpose{.perm = {0, 2}}, {"f32[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Transpose{.perm = {0, -1}}, {"f32[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Transpose{.perm = {}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Transpose{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
