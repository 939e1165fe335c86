#include "ops/tile.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Tile, RepeatsInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Tile{.repeats = {3}}, {tensor(dtype, {2}, {0, 1})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {6}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 1, 0, 1, 0, 1));
  }
}

TEST(Tile, RepeatsEachAxisAsAWhole) {
  const Tensor x = f32({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(values<float>(run_op(Tile{.repeats = {1, 2}}, {x})), ElementsAre(1, 2, 1, 2, 3, 4, 3, 4));
  EXPECT_THAT(values<float>(run_op(Tile{.repeats = {2, 1}}, {x})), ElementsAre(1, 2, 3, 4, 1, 2, 3, 4));
  EXPECT_EQ(run_op(Tile{.repeats = {2, 3}}, {x}).shape(), (Shape{4, 6}));
}

TEST(Tile, ScalarsAndEmptyTensors) {
  EXPECT_THAT(values<float>(run_op(Tile{}, {f32({}, {7})})), ElementsAre(7));
  EXPECT_EQ(run_op(Tile{.repeats = {0, 2}}, {f32({1, 1}, {7})}).shape(), (Shape{0, 2}));
  EXPECT_EQ(run_op(Tile{.repeats = {5}}, {f32({0}, {})}).shape(), (Shape{0}));
}

TEST(Tile, RefusesCountsThatDoNotFit) {
  EXPECT_EQ(error_of(Tile{.repeats = {2}}, {"f32[2,2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Tile{.repeats = {-1}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Tile{.repeats = {std::numeric_limits<std::int64_t>::max()}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Tile{.repeats = {1 << 30}}, {"f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Tile{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
