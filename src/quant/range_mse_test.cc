#include <gmock/gmock.h>

#include "quant/range_methods.h"
#include "quant/test_distributions.h"

namespace exeunt {

namespace {

using namespace testing;

ValueRange mse(const std::vector<float>& values) { return range_mse(histogram_of(values)); }

TEST(RangeMse, KeepsAUniformRange) {
  const ValueRange range = mse(uniform_values(200000, -2, 3));
  EXPECT_NEAR(range.low, -2, 0.03);
  EXPECT_NEAR(range.high, 3, 0.03);
}

TEST(RangeMse, CutsOutliers) {
  const ValueRange range = mse(with(normal_values(200000), {10, -10}));
  EXPECT_LT(range.high, 8);
  EXPECT_GT(range.high, 3);
  EXPECT_GT(range.low, -8);
  EXPECT_LT(range.low, -3);
}

TEST(RangeMse, KeepsOutliersThatWouldCostMoreThanTheyCoarsen) {
  EXPECT_GT(mse(with(normal_values(1000), {10, -10})).high, 9);
}

TEST(RangeMse, OfActivationsBeginsAtZero) {
  const ValueRange range = mse(with(relu(normal_values(400000)), {10}));
  EXPECT_EQ(range.low, 0);
  EXPECT_GT(range.high, 3);
  EXPECT_LT(range.high, 8);
}

TEST(RangeMse, ZerosChangeNothing) {
  const std::vector<float> values = normal_values(50000);
  const ValueRange without = mse(values);
  const ValueRange range = mse(with(values, std::vector<float>(200000)));
  EXPECT_EQ(range.low, without.low);
  EXPECT_EQ(range.high, without.high);
}

TEST(RangeMse, OfNegativeNumbersIsThatOfPositiveOnesTurned) {
  std::vector<float> values = relu(normal_values(100000));
  const ValueRange range = mse(values);
  for (float& value : values) value = -value;
  const ValueRange turned = mse(values);
  EXPECT_EQ(turned.high, 0);
  EXPECT_NEAR(turned.low, -range.high, 0.05);
}

TEST(RangeMse, FewNumbersAreNotCutToTheNoiseOfTheirHistogram) {
  const std::vector<float> values = normal_values(5000);
  const ValueRange range = mse(values);
  EXPECT_LT(quantisation_error(values, range.low, range.high), 1.1 * quantisation_error(values, -3.7, 3.7));
}

TEST(RangeMse, NoOtherRangeIsMuchBetter) {
  const std::vector<float> values = with(normal_values(50000), {9, -14, 10});
  const ValueRange range = mse(values);
  const double error = quantisation_error(values, range.low, range.high);
  for (double low = -14; low < -1; low += 0.5) {
    for (double high = 1; high < 11; high += 0.5)
      EXPECT_LT(error, 1.02 * quantisation_error(values, low, high)) << low << " " << high;
  }
}

TEST(RangeMse, OfOneNumberOfTwoOfZerosAndOfNothing) {
  EXPECT_EQ(mse({5, 5, 5}).low, 5);
  EXPECT_EQ(mse({5, 5, 5}).high, 5);
  EXPECT_NEAR(mse({-1, 1}).low, -1, 0.001);
  EXPECT_NEAR(mse({-1, 1}).high, 1, 0.001);
  EXPECT_EQ(mse({0, 0}).high, 0);
  EXPECT_EQ(mse({}).low, 0);
  EXPECT_EQ(mse({}).high, 0);
}

}  // namespace

}  // namespace exeunt
