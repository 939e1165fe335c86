#include "quant/observer.h"

#include <gmock/gmock.h>

#include <limits>
#include <numeric>

#include "quant/test_distributions.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

RangeObserver range_of(const std::vector<float>& values) {
  RangeObserver range;
  range.add(values);
  return range;
}

TEST(RangeObserver, KeepsTheOutermostNumbersOverAllCalls) {
  RangeObserver range;
  range.add(std::vector<float>{1, 3, 2});
  EXPECT_EQ(range.low(), 1);
  EXPECT_EQ(range.high(), 3);
  range.add(std::vector<float>{-4, 2.5F});
  range.add(std::vector<float>{-1});
  EXPECT_EQ(range.low(), -4);
  EXPECT_EQ(range.high(), 3);
  EXPECT_EQ(range.count(), 6);
}

TEST(RangeObserver, NegativeNumbersAreOrderedToo) {
  const RangeObserver range = range_of({-1e-30F, -3e38F, -2});
  EXPECT_EQ(range.low(), -3e38F);
  EXPECT_EQ(range.high(), -1e-30F);
}

TEST(RangeObserver, OfNothing) {
  EXPECT_EQ(range_of({}).count(), 0);
  EXPECT_EQ(range_of({}).low(), 0);
  EXPECT_EQ(range_of({}).high(), 0);
}

TEST(RangeObserver, NaNAndInfinitiesDoNotCount) {
  const RangeObserver range = range_of({kNaN, 2, -kInf, 1, kInf});
  EXPECT_EQ(range.low(), 1);
  EXPECT_EQ(range.high(), 2);
  EXPECT_EQ(range.count(), 2);
  EXPECT_EQ(range_of({kNaN, kInf}).count(), 0);
}

TEST(RangeObserver, KnowsNoNegativeZero) {
  EXPECT_FALSE(std::signbit(range_of({-0.0F}).low()));
  EXPECT_FALSE(std::signbit(range_of({-2, -0.0F}).high()));
}

TEST(Histogram, CountsByBinAndZerosApart) {
  Histogram histogram(0, 2048);
  histogram.add(std::vector<float>{0, 0.5F, 1, 1.5F, 2047.5F, 2048, 0, -0.0F});
  EXPECT_EQ(histogram.counts()[0], 1);
  EXPECT_EQ(histogram.counts()[1], 2);
  EXPECT_EQ(histogram.counts()[2047], 2);
  EXPECT_EQ(histogram.zeros(), 3);
  EXPECT_EQ(histogram.total(), 8);
}

TEST(Histogram, WhatLiesBeyondCountsAtTheEnds) {
  Histogram histogram(-1, 1);
  histogram.add(std::vector<float>{-5, 3e38F, 1.0001F});
  EXPECT_EQ(histogram.counts()[0], 1);
  EXPECT_EQ(histogram.counts()[Histogram::kBins - 1], 2);
}

TEST(Histogram, NaNAndInfinitiesDoNotCount) {
  Histogram histogram(-1, 1);
  histogram.add(std::vector<float>{kNaN, kInf, -kInf, 0.5F});
  EXPECT_EQ(histogram.total(), 1);
}

TEST(Histogram, OfTheWidestRangeAndOfOneNumber) {
  const float most = std::numeric_limits<float>::max();
  Histogram wide(-most, most);
  wide.add(std::vector<float>{-most, most, 1});
  EXPECT_EQ(wide.counts()[0], 1);
  EXPECT_EQ(wide.counts()[1024], 1);
  EXPECT_EQ(wide.counts()[2047], 1);
  Histogram one(5, 5);
  one.add(std::vector<float>{5, 5});
  EXPECT_EQ(one.counts()[0], 2);
}

TEST(Histogram, EdgesOfTheOuterBinsAreTheRange) {
  const Histogram histogram(-0.1F, 0.7F);
  EXPECT_EQ(static_cast<float>(histogram.low_edge(0)), -0.1F);
  EXPECT_EQ(static_cast<float>(histogram.high_edge(Histogram::kBins - 1)), 0.7F);
  EXPECT_DOUBLE_EQ(histogram.high_edge(9), histogram.low_edge(10));
  EXPECT_FALSE(histogram.first_is_outer(histogram.all()));
  EXPECT_TRUE(histogram.first_is_outer({0, 300}));
}

TEST(Histogram, LosesNothing) {
  const std::vector<float> values = with(normal_values(10000), {0, 0});
  const Histogram histogram = histogram_of(values);
  EXPECT_EQ(std::accumulate(histogram.counts().begin(), histogram.counts().end(), histogram.zeros()), 10002);
}

TEST(ChannelMeans, OfChannelsThatLieInRuns) {
  ChannelMeans means(2, 3);
  means.add(std::vector<float>{1, 2, 3, 10, 20, 30});
  means.add(std::vector<float>{3, 2, 1, 0, 0, 0});
  EXPECT_THAT(means.means(), ElementsAre(2, 10));
}

TEST(ChannelMeans, OfChannelsThatLieInTurns) {
  ChannelMeans means(3, 1);
  means.add(std::vector<float>{1, 10, 100, 3, 30, 300});
  EXPECT_THAT(means.means(), ElementsAre(2, 20, 200));
}

TEST(ChannelMeans, NaNAndInfinitiesDoNotCount) {
  ChannelMeans means(2, 2);
  means.add(std::vector<float>{kNaN, 2, kInf, -kInf});
  EXPECT_THAT(means.means(), ElementsAre(2, 0));
}

}  // namespace

}  // namespace exeunt
