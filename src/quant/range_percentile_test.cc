#include <gmock/gmock.h>

#include "quant/range_methods.h"
#include "quant/test_distributions.h"
#include "support/expect_error.h"

namespace exeunt {

namespace {

using namespace testing;

ValueRange percentile(const std::vector<float>& values, double share) {
  return range_percentile(histogram_of(values), share);
}

std::size_t outside(const std::vector<float>& values, const ValueRange& range) {
  return static_cast<std::size_t>(
      std::ranges::count_if(values, [&](float v) { return v < range.low || v > range.high; }));
}

TEST(RangePercentile, LeavesOutNoMoreThanItsShare) {
  const std::vector<float> values = normal_values(100000);
  for (const double share : {0.9, 0.99, 0.999}) {
    const auto most = static_cast<std::size_t>((1 - share) * 100000 + 1);
    const std::size_t left_out = outside(values, percentile(values, share));
    EXPECT_LE(left_out, most) << share;
    EXPECT_GE(left_out, most * 9 / 10) << share;
  }
}

TEST(RangePercentile, OfAllIsTheWholeRange) {
  const std::vector<float> values = with(normal_values(1000), {50});
  EXPECT_EQ(outside(values, percentile(values, 1)), 0U);
  EXPECT_EQ(percentile(values, 1).high, 50);
}

TEST(RangePercentile, CutsFewOutliersDownToTheRest) {
  const ValueRange range = percentile(with(uniform_values(100000, -1, 1), {50, 60, -70}), 0.9999);
  EXPECT_NEAR(range.high, 1, 0.1);
  EXPECT_NEAR(range.low, -1, 0.1);
}

TEST(RangePercentile, CutsWhereItIsFartherFromZero) {
  const std::vector<float> values = uniform_values(100000, -1, 3);
  const ValueRange range = percentile(values, 0.9);
  EXPECT_EQ(range.low, *std::ranges::min_element(values));
  EXPECT_NEAR(range.high, 2.6, 0.01);
  const ValueRange offset = percentile(uniform_values(100000, 5, 6), 0.9);
  EXPECT_NEAR(offset.low, 5, 0.001);
  EXPECT_NEAR(offset.high, 5.9, 0.01);
  EXPECT_NEAR(percentile(uniform_values(100000, -6, -5), 0.9).low, -5.9, 0.01);
}

TEST(RangePercentile, ZerosCountAsSeen) {
  std::vector<float> values(99000);
  values.resize(100000, 1);
  values.push_back(2);
  EXPECT_NEAR(percentile(values, 0.995).high, 1, 0.001);
  EXPECT_EQ(percentile(values, 0.995).low, 0);
}

TEST(RangePercentile, OfOneNumberOfZerosAndOfNothing) {
  EXPECT_EQ(percentile({5, 5, 5}, 0.9).low, 5);
  EXPECT_EQ(percentile({5, 5, 5}, 0.9).high, 5);
  EXPECT_EQ(percentile({0, 0}, 0.5).high, 0);
  EXPECT_EQ(percentile({}, 0.5).low, 0);
}

TEST(RangePercentile, TakesSharesOnly) {
  for (const double share : {0.0, -1.0, 1.1, std::nan("")})
    expect_error(ErrorCode::argument, "give one above 0 up to 1", [&] { percentile({1, 2}, share); });
}

}  // namespace

}  // namespace exeunt
