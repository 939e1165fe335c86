#include <gmock/gmock.h>

#include "quant/range_methods.h"
#include "quant/test_distributions.h"

namespace exeunt {

namespace {

using namespace testing;

ValueRange min_max(const std::vector<float>& values) {
  RangeObserver range;
  range.add(values);
  return range_min_max(range);
}

TEST(RangeMinMax, KeepsOutliers) {
  const ValueRange range = min_max(with(normal_values(1000), {50, -40}));
  EXPECT_EQ(range.low, -40);
  EXPECT_EQ(range.high, 50);
}

TEST(RangeMinMax, OfActivations) { EXPECT_EQ(min_max(relu(normal_values(1000))).low, 0); }

TEST(RangeMinMax, OfOneNumberAndOfNothing) {
  EXPECT_EQ(min_max({5, 5}).low, 5);
  EXPECT_EQ(min_max({5, 5}).high, 5);
  EXPECT_EQ(min_max({}).high, 0);
}

}  // namespace

}  // namespace exeunt
