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

TEST(LatencyReport, NothingIsAllZero) {
  const LatencyReport r = report_latency({}, std::vector{99.9});
  EXPECT_EQ(r.runs, 0);
  EXPECT_EQ(r.min, 0);
  EXPECT_EQ(r.max, 0);
  EXPECT_EQ(r.cv, 0);
  EXPECT_THAT(r.percentiles, ::testing::ElementsAre(0));
}

TEST(LatencyReport, SaysHowFarTheValuesSpread) {
  const LatencyReport r = report_latency({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(r.runs, 8);
  EXPECT_EQ(r.min, 2);
  EXPECT_EQ(r.max, 9);
  EXPECT_EQ(r.mean, 5);
  EXPECT_EQ(r.cv, 2.0 / 5);
  EXPECT_EQ(report_latency({3, 3}).cv, 0);
}

TEST(LatencyReport, HasThePercentilesAskedFor) {
  std::vector<double> us(1000);
  std::iota(us.rbegin(), us.rend(), 1.0);
  const LatencyReport r = report_latency(us, std::vector<double>{0.1, 25, 99.9, 100});
  EXPECT_EQ(r.p50, 500);
  EXPECT_EQ(r.p90, 900);
  EXPECT_EQ(r.p95, 950);
  EXPECT_EQ(r.p99, 990);
  EXPECT_THAT(r.percentiles, ::testing::ElementsAre(1, 250, 999, 1000));
}

}  // namespace

}  // namespace exeunt
