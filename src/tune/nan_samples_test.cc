#include "tune/nan_samples.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace exeunt {

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(NanSamples, AreCountedOnceHoweverManyNansTheyHold) {
  const Tensor batch = Tensor::of<float>(DType::f32, {4, 2}, std::vector<float>{1, 2, kNan, kNan, 3, kInf, 4, kNan});
  NanSamples seen;
  count_nan_samples(batch.view(), 100, seen);
  EXPECT_EQ(seen.count, 2);
  EXPECT_EQ(seen.first, 101);
  count_nan_samples(batch.view(), 200, seen);
  EXPECT_EQ(seen.count, 4);
  EXPECT_EQ(seen.first, 101) << "the first one stays the first";
}

TEST(NanSamples, OfCleanDataThereAreNone) {
  NanSamples seen;
  count_nan_samples(Tensor::of<float>(DType::f32, {2, 1}, std::vector<float>{1, kInf}).view(), 0, seen);
  count_nan_samples(Tensor::of<std::uint8_t>(DType::u8, {2, 1}, std::vector<std::uint8_t>{255, 0}).view(), 0, seen);
  count_nan_samples(Tensor({DType::f32, {0, 3}}).view(), 0, seen);
  EXPECT_EQ(seen.count, 0);
  EXPECT_EQ(seen.first, -1);
}

TEST(NanSamples, OfTwoPartsAddUp) {
  EXPECT_EQ(both({2, 30}, {1, 7}).count, 3);
  EXPECT_EQ(both({2, 30}, {1, 7}).first, 7);
  EXPECT_EQ(both({0, -1}, {1, 7}).first, 7);
  EXPECT_EQ(both({1, 7}, {0, -1}).count, 1);
}

}  // namespace

}  // namespace exeunt
