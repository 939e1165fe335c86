#include <gmock/gmock.h>

#include "quant/range_methods.h"
#include "quant/test_distributions.h"

namespace exeunt {

namespace {

using namespace testing;

ValueRange entropy(const std::vector<float>& values) { return range_entropy(histogram_of(values)); }

TEST(RangeEntropy, KeepsAUniformRange) {
  const ValueRange range = entropy(uniform_values(200000, -2, 3));
  EXPECT_NEAR(range.low, -2, 0.03);
  EXPECT_NEAR(range.high, 3, 0.03);
}

TEST(RangeEntropy, CutsOutliers) {
  const ValueRange range = entropy(with(normal_values(200000), {40, 50, -45}));
  EXPECT_LT(range.high, 12);
  EXPECT_GT(range.high, 3);
  EXPECT_GT(range.low, -12);
  EXPECT_LT(range.low, -3);
}

TEST(RangeEntropy, OfActivationsBeginsAtZero) {
  const ValueRange range = entropy(with(relu(normal_values(200000)), {30}));
  EXPECT_EQ(range.low, 0);
  EXPECT_GT(range.high, 3);
  EXPECT_LT(range.high, 8);
}

/// Nine tiny numbers, and one near 1: the answers of a classifier that is sure.
TEST(RangeEntropy, ProbabilitiesAreNotCut) {
  std::mt19937 random(1);
  std::vector<float> values;
  for (int i = 0; i < 500; ++i) {
    const double rest = std::exp(-12 * uniform(random));
    for (int k = 0; k < 9; ++k) values.push_back(static_cast<float>(rest / 9 * uniform(random)));
    values.push_back(static_cast<float>(1 - rest / 2));
  }
  EXPECT_GT(entropy(values).high, 0.95);
}

TEST(RangeEntropy, ZerosChangeNothing) {
  const std::vector<float> values = normal_values(50000);
  const ValueRange without = entropy(values);
  const ValueRange range = entropy(with(values, std::vector<float>(200000)));
  EXPECT_EQ(range.low, without.low);
  EXPECT_EQ(range.high, without.high);
}

TEST(RangeEntropy, OfNegativeNumbersIsThatOfPositiveOnesTurned) {
  std::vector<float> values = relu(normal_values(100000));
  const ValueRange range = entropy(values);
  for (float& value : values) value = -value;
  const ValueRange turned = entropy(values);
  EXPECT_EQ(turned.high, 0);
  EXPECT_NEAR(turned.low, -range.high, 0.05);
}

TEST(RangeEntropy, FewNumbersAreNotCutToTheNoiseOfTheirHistogram) {
  const std::vector<float> values = normal_values(5000);
  const ValueRange range = entropy(values);
  EXPECT_LT(quantisation_error(values, range.low, range.high), 1.1 * quantisation_error(values, -3.7, 3.7));
}

TEST(RangeEntropy, OfOneNumberOfTwoOfZerosAndOfNothing) {
  EXPECT_EQ(entropy({5, 5, 5}).low, 5);
  EXPECT_EQ(entropy({5, 5, 5}).high, 5);
  EXPECT_EQ(entropy({-1, 1}).low, -1);
  EXPECT_EQ(entropy({-1, 1}).high, 1);
  EXPECT_EQ(entropy({0, 0}).high, 0);
  EXPECT_EQ(entropy({}).low, 0);
  EXPECT_EQ(entropy({}).high, 0);
}

}  // namespace

}  // namespace exeunt
