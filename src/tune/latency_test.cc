#include "tune/latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace exeunt {

namespace {

TEST(Latency, NothingIsAllZero) {
  const LatencySummary s = summarize_latency({});
  EXPECT_EQ(s.mean, 0);
  EXPECT_EQ(s.p50, 0);
  EXPECT_EQ(s.p90, 0);
  EXPECT_EQ(s.p99, 0);
}

TEST(Latency, OneIsItself) {
  const LatencySummary s = summarize_latency({7.5});
  EXPECT_EQ(s.mean, 7.5);
  EXPECT_EQ(s.p50, 7.5);
  EXPECT_EQ(s.p90, 7.5);
  EXPECT_EQ(s.p99, 7.5);
}

TEST(Latency, PercentilesAreOfTheNearestRank) {
  std::vector<double> us(100);
  std::iota(us.rbegin(), us.rend(), 1.0);
  const LatencySummary s = summarize_latency(us);
  EXPECT_EQ(s.mean, 50.5);
  EXPECT_EQ(s.p50, 50);
  EXPECT_EQ(s.p90, 90);
  EXPECT_EQ(s.p99, 99);
}

TEST(Latency, APercentileIsAlwaysAMeasuredValue) {
  const LatencySummary s = summarize_latency({3, 1, 2});
  EXPECT_EQ(s.p50, 2);
  EXPECT_EQ(s.p90, 3);
  const LatencySummary two = summarize_latency({10, 20});
  EXPECT_EQ(two.p50, 10);
  EXPECT_EQ(two.p90, 20);
  EXPECT_EQ(two.mean, 15);
}

}  // namespace

}  // namespace exeunt
