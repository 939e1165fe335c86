#include "ops/slice.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// [0, 1, 2, 3, 4][start : end : step].
std::vector<float> slice5(std::int64_t start, std::int64_t end, std::int64_t step = 1) {
  const Slice op{.axes = {0}, .starts = {start}, .ends = {end}, .steps = {step}};
  return values<float>(run_op(op, {f32({5}, {0, 1, 2, 3, 4})}));
}

TEST(Slice, TakesStartUpToEnd) {
  EXPECT_THAT(slice5(1, 3), ElementsAre(1, 2));
  EXPECT_THAT(slice5(0, 5), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(slice5(2, 2), ElementsAre());
  EXPECT_THAT(slice5(3, 1), ElementsAre());
}

TEST(Slice, NegativePositionsCountFromTheEnd) {
  EXPECT_THAT(slice5(-2, 5), ElementsAre(3, 4));
  EXPECT_THAT(slice5(0, -1), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(slice5(-3, -1), ElementsAre(2, 3));
}

TEST(Slice, PositionsBeyondTheEndsAreClamped) {
  EXPECT_THAT(slice5(-100, 2), ElementsAre(0, 1));
  EXPECT_THAT(slice5(3, 100), ElementsAre(3, 4));
  EXPECT_THAT(slice5(100, 200), ElementsAre());
  EXPECT_THAT(slice5(-200, -100), ElementsAre());
}

TEST(Slice, StepSkips) {
  EXPECT_THAT(slice5(0, 5, 2), ElementsAre(0, 2, 4));
  EXPECT_THAT(slice5(1, 5, 2), ElementsAre(1, 3));
  EXPECT_THAT(slice5(1, 5, 100), ElementsAre(1));
}

TEST(Slice, NegativeStepReverses) {
  EXPECT_THAT(slice5(4, 1, -1), ElementsAre(4, 3, 2));
  EXPECT_THAT(slice5(-1, -6, -1), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(slice5(4, 0, -2), ElementsAre(4, 2));
  EXPECT_THAT(slice5(1, 4, -1), ElementsAre());
  EXPECT_THAT(slice5(-1, -1, -1), ElementsAre());
}

TEST(Slice, ExtremeBoundsMeanTheEnds) {
  EXPECT_THAT(slice5(kInt64Min, kInt64Max), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(slice5(2, kInt64Max), ElementsAre(2, 3, 4));
  EXPECT_THAT(slice5(kInt64Max, kInt64Min, -1), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(slice5(2, kInt64Min, -1), ElementsAre(2, 1, 0));
  EXPECT_THAT(slice5(kInt64Min, kInt64Max, -1), ElementsAre());
}

TEST(Slice, ExtremeStepsTakeOneElement) {
  EXPECT_THAT(slice5(0, kInt64Max, kInt64Max), ElementsAre(0));
  EXPECT_THAT(slice5(kInt64Max, kInt64Min, kInt64Min), ElementsAre(4));
}

TEST(Slice, AxesNotNamedStayWhole) {
  const Slice op{.axes = {-1}, .starts = {1}, .ends = {3}, .steps = {1}};
  const Tensor y = run_op(op, {counting({2, 3})});
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(2, 3, 5, 6));
  EXPECT_THAT(values<float>(run_op(Slice{}, {f32({}, {7})})), ElementsAre(7));
}

TEST(Slice, SeveralAxesInAnyOrderAndEveryType) {
  const Slice op{.axes = {1, 0}, .starts = {kInt64Max, 0}, .ends = {kInt64Min, 2}, .steps = {-2, 1}};
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(op, {tensor(dtype, {3, 3}, {0, 1, 1, 1, 0, 0, 1, 1, 1})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 0, 0, 1));
  }
}

TEST(Slice, EmptyAxesStayEmpty) {
  for (const std::int64_t step : {1, -1}) {
    const Slice op{.axes = {0}, .starts = {0}, .ends = {kInt64Max}, .steps = {step}};
    EXPECT_EQ(run_op(op, {f32({0, 2}, {})}).shape(), (Shape{0, 2}));
  }
}

TEST(Slice, RangesNameStartStepAndCount) {
  const Slice op{.axes = {1}, .starts = {-1}, .ends = {kInt64Min}, .steps = {-2}};
  const auto ranges = slice_ranges(op, {3, 5});
  EXPECT_EQ(ranges[0].start, 0);
  EXPECT_EQ(ranges[0].step, 1);
  EXPECT_EQ(ranges[0].count, 3);
  EXPECT_EQ(ranges[1].start, 4);
  EXPECT_EQ(ranges[1].step, -2);
  EXPECT_EQ(ranges[1].count, 3);
}

TEST(Slice, RefusesSettingsThatDoNotFit) {
  EXPECT_EQ(error_of(Slice{.axes = {0}, .starts = {0}, .ends = {1}, .steps = {0}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Slice{.axes = {1}, .starts = {0}, .ends = {1}, .steps = {1}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Slice{.axes = {0}, .starts = {0}, .ends = {1}, .steps = {}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Slice{.axes = {}, .starts = {0}, .ends = {1}, .steps = {1}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Slice{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
