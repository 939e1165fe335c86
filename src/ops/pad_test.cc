#include "ops/pad.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<float> pad4(PadMode mode, std::int64_t begin, std::int64_t end) {
  return values<float>(run_op(Pad{.pads = {begin, end}, .mode = mode, .value = 9}, {f32({4}, {1, 2, 3, 4})}));
}

TEST(Pad, ConstantFillsWithTheValueInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Pad{.pads = {1, 2}, .value = 1}, {tensor(dtype, {2}, {0, 1})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {5}}));
    EXPECT_THAT(numbers(y), ElementsAre(1, 0, 1, 1, 1));
  }
}

TEST(Pad, BeginsOfAllAxesComeBeforeTheEnds) {
  const Tensor y = run_op(Pad{.pads = {1, 0, 0, 2}}, {f32({1, 2}, {1, 2})});
  EXPECT_EQ(y.shape(), (Shape{2, 4}));
  EXPECT_THAT(values<float>(y), ElementsAre(0, 0, 0, 0, 1, 2, 0, 0));
}

TEST(Pad, ReflectMirrorsWithoutRepeatingTheEdge) {
  EXPECT_THAT(pad4(PadMode::reflect, 2, 1), ElementsAre(3, 2, 1, 2, 3, 4, 3));
  EXPECT_THAT(pad4(PadMode::reflect, 3, 3), ElementsAre(4, 3, 2, 1, 2, 3, 4, 3, 2, 1));
}

TEST(Pad, ReflectGoesBackAndForthAsOftenAsNeeded) {
  EXPECT_THAT(pad4(PadMode::reflect, 5, 0), ElementsAre(2, 3, 4, 3, 2, 1, 2, 3, 4));
  EXPECT_THAT(pad4(PadMode::reflect, 0, 7), ElementsAre(1, 2, 3, 4, 3, 2, 1, 2, 3, 4, 3));
  const Tensor y = run_op(Pad{.pads = {2, 1}, .mode = PadMode::reflect}, {f32({1}, {7})});
  EXPECT_THAT(values<float>(y), ElementsAre(7, 7, 7, 7));
}

TEST(Pad, EdgeRepeatsTheEnds) { EXPECT_THAT(pad4(PadMode::edge, 2, 3), ElementsAre(1, 1, 1, 2, 3, 4, 4, 4, 4)); }

TEST(Pad, WrapGoesOnFromTheOtherEnd) {
  EXPECT_THAT(pad4(PadMode::wrap, 2, 1), ElementsAre(3, 4, 1, 2, 3, 4, 1));
  EXPECT_THAT(pad4(PadMode::wrap, 5, 0), ElementsAre(4, 1, 2, 3, 4, 1, 2, 3, 4));
}

TEST(Pad, ModesWorkOnEveryAxis) {
  const Tensor x = f32({2, 2}, {1, 2, 3, 4});
  const Tensor y = run_op(Pad{.pads = {0, 1, 1, 0}, .mode = PadMode::reflect}, {x});
  EXPECT_THAT(values<float>(y), ElementsAre(2, 1, 2, 4, 3, 4, 2, 1, 2));
}

TEST(Pad, NegativeCountsCutOff) {
  EXPECT_THAT(pad4(PadMode::constant, -1, -2), ElementsAre(2));
  EXPECT_THAT(pad4(PadMode::constant, -1, 2), ElementsAre(2, 3, 4, 9, 9));
  EXPECT_THAT(pad4(PadMode::constant, 2, -3), ElementsAre(9, 9, 1));
  EXPECT_THAT(pad4(PadMode::constant, -4, 1), ElementsAre(9));
  EXPECT_THAT(pad4(PadMode::constant, -4, 0), ElementsAre());
}

TEST(Pad, ModesRepeatOnlyWhatNegativeCountsLeave) {
  EXPECT_THAT(pad4(PadMode::reflect, -1, 2), ElementsAre(2, 3, 4, 3, 2));
  EXPECT_THAT(pad4(PadMode::reflect, 2, -1), ElementsAre(3, 2, 1, 2, 3));
  EXPECT_THAT(pad4(PadMode::reflect, -2, 1), ElementsAre(3, 4, 3));
  EXPECT_THAT(pad4(PadMode::edge, -3, 3), ElementsAre(4, 4, 4, 4));
  EXPECT_THAT(pad4(PadMode::wrap, -1, 3), ElementsAre(2, 3, 4, 2, 3, 4));
  EXPECT_THAT(pad4(PadMode::wrap, 2, -1), ElementsAre(2, 3, 1, 2, 3));
}

TEST(Pad, ValueIsConvertedToTheType) {
  EXPECT_THAT(values<std::uint8_t>(run_op(Pad{.pads = {1, 0}, .value = 300}, {u8({1}, {1})})), ElementsAre(255, 1));
  const Tensor y = run_op(Pad{.pads = {1, 0}, .value = -kInf}, {f32({1}, {1})});
  EXPECT_THAT(values<float>(y), ElementsAre(-kInf, 1));
}

TEST(Pad, ScalarsAndEmptyTensors) {
  EXPECT_THAT(values<float>(run_op(Pad{}, {f32({}, {5})})), ElementsAre(5));
  EXPECT_THAT(values<float>(run_op(Pad{.pads = {1, 1}, .value = 3}, {f32({0}, {})})), ElementsAre(3, 3));
  EXPECT_EQ(run_op(Pad{.pads = {0, 0}, .mode = PadMode::edge}, {f32({0}, {})}).shape(), (Shape{0}));
}

TEST(Pad, RefusesToRepeatNothing) {
  for (const PadMode mode : {PadMode::reflect, PadMode::edge, PadMode::wrap}) {
    SCOPED_TRACE(enum_name(mode));
    EXPECT_EQ(error_of(Pad{.pads = {1, 0}, .mode = mode}, {"f32[0]"}), ErrorCode::shape);
    EXPECT_EQ(error_of(Pad{.pads = {-4, 1}, .mode = mode}, {"f32[4]"}), ErrorCode::shape);
  }
}

TEST(Pad, RefusesCountsThatDoNotFit) {
  EXPECT_EQ(error_of(Pad{.pads = {1, 1}}, {"f32[2,2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Pad{.pads = {1}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Pad{.pads = {0, kInt64Max}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Pad{.pads = {kInt64Min, 0}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Pad{.pads = {-2, -1}}, {"f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Pad{.pads = {1 << 30, 1 << 30}}, {"f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Pad{.pads = {}}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
