#include "ops/resize.h"

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// {1, 2, 3, 4} resized to `size`, after `change` has set what is special.
template <class F>
std::vector<double> resize4(std::int64_t size, F&& change) {
  Resize op{.sizes = {size}, .scales = {static_cast<double>(size) / 4}};
  change(op);
  return numbers(run_op(op, {f32({4}, {1, 2, 3, 4})}));
}

std::vector<double> nearest4(std::int64_t size, ResizeCoordinates coordinates, ResizeRounding rounding) {
  return resize4(size, [&](Resize& op) { op.coordinates = coordinates, op.rounding = rounding; });
}

std::vector<double> linear4(std::int64_t size, ResizeCoordinates coordinates) {
  return resize4(size, [&](Resize& op) { op.mode = ResizeMode::linear, op.coordinates = coordinates; });
}

using enum ResizeCoordinates;
using enum ResizeRounding;

TEST(Resize, NearestRepeatsOrSkipsInEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {2}, {0, 1});
    const Tensor y = run_op(Resize{.sizes = {4}, .scales = {2}}, {x});
    EXPECT_EQ(y.type(), (TensorType{dtype, {4}}));
    EXPECT_THAT(numbers(y), ElementsAre(0, 0, 1, 1));
    EXPECT_THAT(numbers(run_op(Resize{.sizes = {2}, .scales = {0.5}}, {y})), ElementsAre(0, 1));
  }
}

TEST(Resize, NearestRoundsAsAsked) {
  // Positions 0, 0.5, 1, 1.5, ... of x.
  EXPECT_THAT(nearest4(8, asymmetric, round_prefer_floor), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
  EXPECT_THAT(nearest4(8, asymmetric, round_prefer_ceil), ElementsAre(1, 2, 2, 3, 3, 4, 4, 4));
  EXPECT_THAT(nearest4(8, asymmetric, floor), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
  EXPECT_THAT(nearest4(8, asymmetric, ceil), ElementsAre(1, 2, 2, 3, 3, 4, 4, 4));
}

TEST(Resize, NearestInEachCoordinateSystem) {
  EXPECT_THAT(nearest4(2, half_pixel, round_prefer_floor), ElementsAre(1, 3));       // 0.5, 2.5
  EXPECT_THAT(nearest4(2, tf_half_pixel_for_nn, floor), ElementsAre(2, 4));          // 1, 3
  EXPECT_THAT(nearest4(3, align_corners, round_prefer_ceil), ElementsAre(1, 3, 4));  // 0, 1.5, 3
  EXPECT_THAT(nearest4(1, pytorch_half_pixel, round_prefer_floor), ElementsAre(1));  // 0
  EXPECT_THAT(nearest4(1, half_pixel, round_prefer_floor), ElementsAre(2));          // 1.5
}

TEST(Resize, LinearInEachCoordinateSystem) {
  EXPECT_THAT(linear4(8, half_pixel), ElementsAre(1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4));
  EXPECT_THAT(linear4(8, asymmetric), ElementsAre(1, 1.5, 2, 2.5, 3, 3.5, 4, 4));
  EXPECT_THAT(linear4(7, align_corners), ElementsAre(1, 1.5, 2, 2.5, 3, 3.5, 4));
  EXPECT_THAT(linear4(2, half_pixel), ElementsAre(1.5, 3.5));
  EXPECT_THAT(linear4(1, half_pixel), ElementsAre(2.5));
  EXPECT_THAT(linear4(1, pytorch_half_pixel), ElementsAre(1));
  EXPECT_THAT(linear4(1, align_corners), ElementsAre(1));
}

TEST(Resize, ScalesNeedNotMeetTheSize) {
  // 4 * 0.6 is 2.4, of which 2 elements are made.
  const auto linear = [](ResizeCoordinates coordinates) {
    return resize4(2, [&](Resize& op) { op = {{2}, {0.6}, {}, ResizeMode::linear, coordinates}; });
  };
  EXPECT_THAT(linear(half_pixel), near({1 + 1.0 / 3, 3}, 1e-6));
  EXPECT_THAT(linear(asymmetric), near({1, 1 + 1 / 0.6}, 1e-6));
  EXPECT_THAT(linear(align_corners), near({1, 1 + 3 / 1.4}, 1e-6));
  // The centre of the result shows the centre of x.
  EXPECT_THAT(linear(half_pixel_symmetric), near({2.5 - 0.5 / 0.6, 2.5 + 0.5 / 0.6}, 1e-6));
}

TEST(Resize, CubicPassesThroughThePointsAndOvershoots) {
  const auto cubic = [](std::int64_t size, double a, bool exclude) {
    return resize4(size, [&](Resize& op) {
      op.mode = ResizeMode::cubic, op.coordinates = asymmetric, op.cubic_a = a, op.exclude_outside = exclude;
    });
  };
  // Half way: a/8 of the far taps, (4 - a)/8 of the near ones; the edge repeats.
  EXPECT_THAT(cubic(8, -0.75, false), near({1, 1.40625, 2, 2.5, 3, 3.59375, 4, 4.09375}, 1e-6));
  EXPECT_THAT(cubic(8, -0.5, false), near({1, 1.4375, 2, 2.5, 3, 3.5625, 4, 4.0625}, 1e-6));
  const std::vector<double> outside = cubic(8, -0.5, true);
  // Taps 1, 2, 3 weigh 9/16, 9/16, -1/16 and are brought to a sum of 1.
  EXPECT_NEAR(outside[1], (9 * 1 + 9 * 2 - 3) / 17.0, 1e-6);
}

TEST(Resize, AntialiasWeighsEverythingAPixelCovers) {
  const auto antialiased = [](ResizeMode mode) {
    return resize4(2, [&](Resize& op) { op.mode = mode, op.antialias = true; });
  };
  // At 0.5 the taps -1 .. 2 weigh 1/8, 3/8, 3/8, 1/8; the edge repeats.
  EXPECT_THAT(antialiased(ResizeMode::linear),
              near({(1 + 3 * 1 + 3 * 2 + 3) / 8.0, (2 + 3 * 3 + 3 * 4 + 4) / 8.0}, 1e-6));
  EXPECT_THAT(resize4(8, [](Resize& op) { op.mode = ResizeMode::linear, op.antialias = true; }),
              ElementsAre(1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4));
  const std::vector<double> cubic = antialiased(ResizeMode::cubic);
  EXPECT_NEAR(cubic[0] + cubic[1], 5, 1e-6);
}

TEST(Resize, CropsARegionAndExtrapolates) {
  const auto crop = [](std::int64_t size, double start, double end) {
    return resize4(size, [&](Resize& op) {
      op.mode = ResizeMode::linear, op.coordinates = tf_crop_and_resize;
      op.roi = {start, end}, op.extrapolation = 9;
    });
  };
  EXPECT_THAT(crop(4, 0, 1), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(crop(3, 0, 1.0 / 3), near({1, 1.5, 2}, 1e-6));
  EXPECT_THAT(crop(3, 0.5, 1.5), near({2.5, 4, 9}, 1e-6));
  EXPECT_THAT(crop(2, 1, 0), ElementsAre(4, 1));
  EXPECT_THAT(crop(1, 0, 1), ElementsAre(2.5));
}

TEST(Resize, AxesAreIndependent) {
  const Tensor x = f32({1, 2, 2}, {1, 2, 3, 4});
  const Resize op{
      .sizes = {1, 3, 3}, .scales = {1, 1.5, 1.5}, .mode = ResizeMode::linear, .coordinates = align_corners};
  EXPECT_THAT(values<float>(run_op(op, {x})), ElementsAre(1, 1.5F, 2, 2, 2.5F, 3, 3, 3.5F, 4));
  const Resize columns{.sizes = {1, 2, 1}, .scales = {1, 1, 0.5}, .mode = ResizeMode::linear};
  EXPECT_THAT(values<float>(run_op(columns, {x})), ElementsAre(1.5F, 3.5F));
}

TEST(Resize, InfinitiesStayWhereTheyAre) {
  const Resize op{.sizes = {4}, .scales = {2}, .mode = ResizeMode::linear, .coordinates = asymmetric};
  EXPECT_THAT(values<float>(run_op(op, {f32({2}, {1, kInf})})), ElementsAre(1, kInf, kInf, kInf));
}

TEST(Resize, IntegersAreCutTowardsZero) {
  const Resize op{.sizes = {3}, .scales = {1.5}, .mode = ResizeMode::linear, .coordinates = align_corners};
  EXPECT_THAT(values<std::int8_t>(run_op(op, {i8({2}, {0, -3})})), ElementsAre(0, -1, -3));
}

TEST(Resize, ScalarsAndEmptyTensors) {
  EXPECT_THAT(values<float>(run_op(Resize{}, {f32({}, {5})})), ElementsAre(5));
  EXPECT_EQ(run_op(Resize{.sizes = {0, 2}, .scales = {1, 2}}, {f32({0, 1}, {})}).shape(), (Shape{0, 2}));
}

TEST(Resize, RefusesSizesThatNoMemoryHolds) {
  Resize op;
  op.sizes = {1, std::int64_t{1} << 61, 6};
  op.scales = {1, 1e9, 6};
  expect_error(ErrorCode::shape, "2 GB", [&] { run_op(op, {counting({1, 1, 1})}); });
}

TEST(Resize, RefusesSettingsThatDoNotFit) {
  EXPECT_EQ(error_of(Resize{.sizes = {2}, .scales = {1}}, {"f32[2,2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {2}, .scales = {}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {2}, .scales = {0}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {2}, .scales = {kNaN}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {-2}, .scales = {1}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {2}, .scales = {1}, .coordinates = tf_crop_and_resize}, {"f32[2]"}),
            ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {1}, .scales = {0.5}, .antialias = true}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Resize{.sizes = {2}, .scales = {1}}, {"f32[0]"}), ErrorCode::shape);
}

}  // namespace

}  // namespace exeunt::ops
