#include "ops/shape_of.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<std::int64_t> dims(std::int64_t start, std::int64_t end) {
  return values<std::int64_t>(run_op(ShapeOf{.start = start, .end = end}, {counting({2, 3, 4})}));
}

TEST(ShapeOf, GivesAllDimsOfEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(ShapeOf{}, {Tensor(TensorType{dtype, {2, 0, 1}})});
    EXPECT_EQ(y.type(), (TensorType{DType::i64, {3}}));
    EXPECT_THAT(values<std::int64_t>(y), ElementsAre(2, 0, 1));
  }
}

TEST(ShapeOf, GivesTheDimsFromStartToEnd) {
  EXPECT_THAT(dims(1, 3), ElementsAre(3, 4));
  EXPECT_THAT(dims(0, 1), ElementsAre(2));
}

TEST(ShapeOf, NegativePositionsCountFromTheEnd) {
  EXPECT_THAT(dims(-2, 3), ElementsAre(3, 4));
  EXPECT_THAT(dims(0, -1), ElementsAre(2, 3));
}

TEST(ShapeOf, PositionsAreClamped) {
  EXPECT_THAT(dims(-10, 10), ElementsAre(2, 3, 4));
  EXPECT_THAT(dims(kInt64Min, kInt64Max), ElementsAre(2, 3, 4));
  EXPECT_THAT(dims(2, 1), ElementsAre());
  EXPECT_THAT(dims(5, 9), ElementsAre());
}

TEST(ShapeOf, ScalarHasNoDims) { EXPECT_EQ(run_op(ShapeOf{}, {f32({}, {1})}).shape(), (Shape{0})); }

TEST(ShapeOf, NeedsAnOperand) { EXPECT_EQ(error_of(ShapeOf{}, {}), ErrorCode::argument); }

}  // namespace

}  // namespace exeunt::ops
