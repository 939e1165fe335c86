#include "base/elements.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace exeunt {
namespace {

constexpr std::array kAllTypes = {DType::f32, DType::f64, DType::f16,    DType::bf16, DType::i8,
                                  DType::u8,  DType::i16, DType::u16,    DType::i32,  DType::u32,
                                  DType::i64, DType::u64, DType::boolean};

/// What is left of a number that was written to an element of this type.
template <class W, class V>
W through(DType dtype, V value) {
  Tensor tensor({dtype, {3}});
  Places(tensor.mutable_view()).set(1, value);
  return (Numbers<W>(tensor.view()) + 1)[0];
}

TEST(Elements, AreReadAsTheyWereWrittenInEveryType) {
  for (const DType dtype : kAllTypes) {
    EXPECT_EQ(through<double>(dtype, 1.0), 1.0) << dtype_name(dtype);
    EXPECT_EQ(through<std::int64_t>(dtype, std::int64_t{1}), 1) << dtype_name(dtype);
    EXPECT_EQ(through<std::uint64_t>(dtype, std::uint64_t{0}), 0U) << dtype_name(dtype);
  }
}

TEST(Elements, LieBesideEachOther) {
  for (const DType dtype : kAllTypes) {
    Tensor tensor({dtype, {3}});
    Places(tensor.mutable_view()).set(1, 1.0);
    const Numbers<double> numbers(tensor.view());
    EXPECT_EQ(numbers[0], 0) << dtype_name(dtype);
    EXPECT_EQ(numbers[1], 1) << dtype_name(dtype);
    EXPECT_EQ(numbers[2], 0) << dtype_name(dtype);
  }
}

TEST(Elements, IntegersWrapAndFloatsSaturate) {
  EXPECT_EQ(through<std::int64_t>(DType::i8, std::int64_t{200}), -56);
  EXPECT_EQ(through<std::int64_t>(DType::i8, 200.0), 127);
  EXPECT_EQ(through<std::uint64_t>(DType::u8, -1.0), 0U);
  EXPECT_EQ(through<std::int64_t>(DType::i32, std::nan("")), 0);
}

TEST(Elements, OfSixtyFourBitsKeepThemAll) {
  constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(through<std::int64_t>(DType::i64, kHighest), kHighest);
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(through<std::uint64_t>(DType::u64, kLargest), kLargest);
}

TEST(Elements, KnowTheEndsOfTheirTypes) {
  EXPECT_EQ(element_access<std::int64_t>(DType::i16).lowest, -32768);
  EXPECT_EQ(element_access<std::uint64_t>(DType::u16).highest, 65535U);
  EXPECT_EQ(element_access<std::uint64_t>(DType::boolean).highest, 1U);
  EXPECT_EQ(element_access<double>(DType::f16).lowest, -std::numeric_limits<double>::infinity());
}

TEST(Elements, AreDispatchedByTheNumbersThatHoldThemAll) {
  const auto bytes_and_sign = [](DType dtype) {
    return dispatch_wide(dtype, []<class W>(TypeTag<W>) { return std::pair(std::integral<W>, W{} - W{1} < W{}); });
  };
  EXPECT_EQ(bytes_and_sign(DType::bf16), std::pair(false, true));
  EXPECT_EQ(bytes_and_sign(DType::i8), std::pair(true, true));
  EXPECT_EQ(bytes_and_sign(DType::u32), std::pair(true, false));
  EXPECT_EQ(bytes_and_sign(DType::boolean), std::pair(true, false));
}

}  // namespace
}  // namespace exeunt
