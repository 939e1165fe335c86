#include "quant/quantize_weights.h"

#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(QuantizeWeights, TheLargestOfEachFilterBecomes127) {
  const QuantizedWeights w = quantize_weights(f32({3, 1, 2}, {127, -63, 0.5, -0.25, -2, 1}));
  EXPECT_EQ(w.numbers.type().str(), "i8[3,1,2]");
  EXPECT_THAT(values<std::int8_t>(w.numbers), ElementsAre(127, -63, 127, -64, -127, 64));
  EXPECT_THAT(w.scale, ElementsAre(1, 0.5 / 127, 2.0 / 127));
  EXPECT_EQ(w.channels, 1U);
}

TEST(QuantizeWeights, AFilterOfZerosHasScaleOne) {
  const QuantizedWeights w = quantize_weights(f32({2, 1, 2}, {0, 0, 127, 1}));
  EXPECT_THAT(values<std::int8_t>(w.numbers), ElementsAre(0, 0, 127, 1));
  EXPECT_THAT(w.scale, ElementsAre(1, 1));
  EXPECT_THAT(w.lost, ElementsAre(0, 0));
}

TEST(QuantizeWeights, WhatRoundingLosesIsSummedOverTheTapsOfAChannel) {
  // Scale 1: 0.25 and 0.375 are lost of channel 0, -0.25 and 0 of channel 1.
  const QuantizedWeights w = quantize_weights(f32({1, 2, 2}, {1.25, 2.375, 2.75, 127}));
  EXPECT_THAT(values<std::int8_t>(w.numbers), ElementsAre(1, 2, 3, 127));
  EXPECT_EQ(w.channels, 2U);
  EXPECT_THAT(w.lost, ElementsAre(0.625, -0.25));
}

TEST(QuantizeWeights, NoNumberIsOffByMoreThanHalfAStep) {
  std::vector<float> all;
  for (int i = 0; i < 500; ++i) all.push_back(static_cast<float>(i * 7919 % 1000) * 0.0021F - 1.05F);
  const QuantizedWeights w = quantize_weights(f32({5, 4, 5, 5}, all));
  const auto numbers = w.numbers.span<std::int8_t>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double scale = w.scale[i / 100];
    ASSERT_THAT(numbers[i] * scale, DoubleNear(all[i], scale * 0.5001)) << i;
  }
}

TEST(QuantizeWeights, MatricesBecomeFiltersOfOneTap) {
  const Tensor as_it_lies = as_filters(f32({2, 3}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(as_it_lies.type().str(), "f32[2,3,1]");
  EXPECT_THAT(values<float>(as_it_lies), ElementsAre(1, 2, 3, 4, 5, 6));
  const Tensor turned = transposed(f32({2, 3}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(turned.type().str(), "f32[3,2,1]");
  EXPECT_THAT(values<float>(turned), ElementsAre(1, 4, 2, 5, 3, 6));
}

}  // namespace

}  // namespace exeunt
