#include "base/shape.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/expect_error.h"

namespace exeunt {

namespace {

using testing::expect_error;

TEST(Shape, CountsItsElements) {
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ((Shape{2, 3, 4}.elements()), 24);
  EXPECT_EQ((Shape{2, 0, 4}.elements()), 0);
}

TEST(Shape, PrintsItsDims) {
  EXPECT_EQ(Shape{}.str(), "[]");
  EXPECT_EQ((Shape{1, 3, 32, 32}.str()), "[1,3,32,32]");
}

TEST(Shape, ComparesRankAndDims) {
  EXPECT_EQ((Shape{1, 2}), (Shape{1, 2}));
  EXPECT_NE((Shape{1, 2}), (Shape{1, 2, 1}));
  EXPECT_NE((Shape{1, 2}), (Shape{2, 1}));
}

TEST(Shape, TakesEightDimsAndNoMore) {
  const std::vector<std::int64_t> dims(9, 1);
  EXPECT_EQ(Shape(std::span(dims).first(8)).rank(), 8);
  expect_error(ErrorCode::shape, "at most 8", [&] { Shape{std::span(dims)}; });
}

TEST(CheckedBytes, CountsBytes) {
  EXPECT_EQ(checked_bytes({DType::f32, {2, 3}}), 24U);
  EXPECT_EQ(checked_bytes({DType::i64, {}}), 8U);
  EXPECT_EQ(checked_bytes({DType::u8, {0, 5}}), 0U);
}

TEST(CheckedBytes, AllowsJustUnderTwoGigabytes) {
  EXPECT_EQ(checked_bytes({DType::u8, {kMaxTensorBytes}}), static_cast<std::size_t>(kMaxTensorBytes));
  expect_error(ErrorCode::shape, "2 GB", [] { checked_bytes({DType::u8, {kMaxTensorBytes + 1}}); });
  expect_error(ErrorCode::shape, "2 GB", [] { checked_bytes({DType::f32, {1 << 15, 1 << 14}}); });
}

TEST(CheckedBytes, IsNotFooledByOverflow) {
  const std::int64_t large = std::int64_t{1} << 32;
  expect_error(ErrorCode::shape, "2 GB", [&] { checked_bytes({DType::u8, {large, large}}); });
  expect_error(ErrorCode::shape, "2 GB", [&] { checked_bytes({DType::f64, {large, large, large, large}}); });
  expect_error(ErrorCode::shape, "2 GB", [&] { checked_bytes({DType::u8, {2, 0, large, large}}); });
}

TEST(CheckedBytes, RefusesNegativeDims) {
  expect_error(ErrorCode::shape, "negative", [] { checked_bytes({DType::f32, {-1, 3}}); });
  expect_error(ErrorCode::shape, "negative", [] { checked_bytes({DType::f32, {0, -3}}); });
}

TEST(NormalizeAxis, CountsNegativeOnesFromTheEnd) {
  EXPECT_EQ(normalize_axis(0, 3), 0);
  EXPECT_EQ(normalize_axis(-1, 3), 2);
  EXPECT_EQ(normalize_axis(-3, 3), 0);
  expect_error(ErrorCode::argument, "axis 3", [] { normalize_axis(3, 3); });
  expect_error(ErrorCode::argument, "axis -4", [] { normalize_axis(-4, 3); });
}

TEST(Broadcast, FollowsNumpy) {
  EXPECT_EQ(broadcast({2, 1, 4}, {3, 1}), (Shape{2, 3, 4}));
  EXPECT_EQ(broadcast({}, {5}), (Shape{5}));
  EXPECT_EQ(broadcast({0, 3}, {1, 3}), (Shape{0, 3}));
  expect_error(ErrorCode::shape, "do not broadcast", [] { broadcast({2, 3}, {2}); });
  expect_error(ErrorCode::shape, "do not broadcast", [] { broadcast({0}, {2}); });
}

TEST(StridedLoop, VisitsABroadcastTensorInStep) {
  const Shape to{2, 3};
  StridedLoop<2> loop(to, {contiguous_strides(to), broadcast_strides({2, 1}, to)});
  std::vector<std::int64_t> own;
  std::vector<std::int64_t> repeated;
  for (; !loop.done(); loop.next()) {
    own.push_back(loop.offset(0));
    repeated.push_back(loop.offset(1));
  }
  EXPECT_EQ(own, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(repeated, (std::vector<std::int64_t>{0, 0, 0, 1, 1, 1}));
}

TEST(StridedLoop, VisitsAScalarOnceAndAnEmptyTensorNever) {
  int visits = 0;
  for (StridedLoop<1> loop(Shape{}, {Strides{}}); !loop.done(); loop.next()) ++visits;
  EXPECT_EQ(visits, 1);
  for (StridedLoop<1> loop(Shape{3, 0}, {Strides{}}); !loop.done(); loop.next()) ++visits;
  EXPECT_EQ(visits, 1);
}

}  // namespace

}  // namespace exeunt
