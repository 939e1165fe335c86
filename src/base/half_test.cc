#include "base/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

namespace exeunt {

namespace {

constexpr std::uint32_t kPatterns = 1U << 16;

template <class Short>
Short from_bits(std::uint32_t bits) {
  Short value;
  value.bits = static_cast<std::uint16_t>(bits);
  return value;
}

template <class Short>
class ShortFloatTest : public ::testing::Test {};

struct TypeNames {
  template <class T>
  static std::string GetName(int /*index*/) {
    return std::is_same_v<T, Half> ? "Half" : "BFloat16";
  }
};
using ShortFloats = ::testing::Types<Half, BFloat16>;
TYPED_TEST_SUITE(ShortFloatTest, ShortFloats, TypeNames);

TYPED_TEST(ShortFloatTest, EveryPatternSurvivesTheWayThroughFloat) {
  for (std::uint32_t bits = 0; bits < kPatterns; ++bits) {
    const auto value = static_cast<float>(from_bits<TypeParam>(bits));
    const TypeParam back(value);
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(static_cast<float>(back))) << bits;
      ASSERT_EQ(back.bits >> 15, bits >> 15) << bits;
    } else {
      ASSERT_EQ(back.bits, bits);
    }
  }
}

TYPED_TEST(ShortFloatTest, IncreasesWithItsPattern) {
  const auto infinity = TypeParam(std::numeric_limits<float>::infinity()).bits;
  for (std::uint32_t bits = 0; bits < infinity; ++bits) {
    const auto low = static_cast<float>(from_bits<TypeParam>(bits));
    ASSERT_LT(low, static_cast<float>(from_bits<TypeParam>(bits + 1))) << bits;
    ASSERT_EQ(static_cast<float>(from_bits<TypeParam>(bits | 0x8000U)), -low);
  }
}

// Between any two neighbours: below the middle rounds down, above it up, the middle to the even one.
TYPED_TEST(ShortFloatTest, RoundsToNearestEven) {
  const std::uint32_t largest = TypeParam(std::numeric_limits<float>::infinity()).bits - 1U;
  for (std::uint32_t bits = 0; bits < largest; ++bits) {
    const auto low = static_cast<float>(from_bits<TypeParam>(bits));
    const auto high = static_cast<float>(from_bits<TypeParam>(bits + 1));
    const float middle = low + (high - low) / 2;
    const std::uint32_t even = bits + (bits & 1U);
    ASSERT_EQ(TypeParam(middle).bits, even) << bits;
    ASSERT_EQ(TypeParam(-middle).bits, even | 0x8000U) << bits;
    ASSERT_EQ(TypeParam(std::nextafter(middle, low)).bits, bits);
    ASSERT_EQ(TypeParam(std::nextafter(middle, high)).bits, bits + 1);
  }
}

TYPED_TEST(ShortFloatTest, KeepsTheSignOfZeroAndInfinity) {
  EXPECT_EQ(TypeParam(0.0F).bits, 0x0000);
  EXPECT_EQ(TypeParam(-0.0F).bits, 0x8000);
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(static_cast<float>(TypeParam(infinity)), infinity);
  EXPECT_EQ(static_cast<float>(TypeParam(-infinity)), -infinity);
}

TEST(Half, KnowsItsConstants) {
  EXPECT_EQ(static_cast<float>(from_bits<Half>(0x3c00)), 1.0F);
  EXPECT_EQ(static_cast<float>(from_bits<Half>(0x7bff)), 65504.0F);
  EXPECT_EQ(static_cast<float>(from_bits<Half>(0x0001)), std::ldexp(1.0F, -24));
}

TEST(Half, OverflowsToInfinityFromTheMiddleOn) {
  EXPECT_EQ(Half(std::nextafter(65520.0F, 0.0F)).bits, 0x7bff);
  EXPECT_EQ(Half(65520.0F).bits, 0x7c00);
  EXPECT_EQ(Half(-std::numeric_limits<float>::max()).bits, 0xfc00);
}

TEST(BFloat16, OverflowsToInfinityFromTheMiddleOn) {
  EXPECT_EQ(BFloat16(std::numeric_limits<float>::max()).bits, 0x7f80);
  EXPECT_EQ(static_cast<float>(from_bits<BFloat16>(0x3f80)), 1.0F);
}

}  // namespace

}  // namespace exeunt
