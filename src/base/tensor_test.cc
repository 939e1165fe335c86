#include <exeunt/tensor.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "base/dtype.h"
#include "support/expect_error.h"

namespace exeunt {

namespace {

using testing::expect_error;

constexpr std::array<DType, 13> kAll = {DType::f32, DType::f64, DType::f16,    DType::bf16, DType::i8,
                                        DType::u8,  DType::i16, DType::u16,    DType::i32,  DType::u32,
                                        DType::i64, DType::u64, DType::boolean};

TEST(DType, HasANameThatParsesBack) {
  for (const DType dtype : kAll) EXPECT_EQ(parse_dtype(dtype_name(dtype)), dtype) << dtype_name(dtype);
  EXPECT_EQ(dtype_name(DType::boolean), "bool");
  EXPECT_EQ(parse_dtype("f8"), std::nullopt);
  EXPECT_EQ(parse_dtype(""), std::nullopt);
}

TEST(DType, HasTheSizeOfItsType) {
  for (const DType dtype : kAll) {
    const std::size_t size = dispatch(dtype, [](auto tag) { return sizeof(typename decltype(tag)::type); });
    EXPECT_EQ(dtype_bytes(dtype), size) << dtype_name(dtype);
  }
}

TEST(DType, IsAFloatAnIntegerOrBool) {
  for (const DType dtype : kAll) {
    EXPECT_EQ(is_float(dtype) + is_integer(dtype) + (dtype == DType::boolean), 1) << dtype_name(dtype);
  }
}

TEST(Convert, SaturatesFloatsOutsideAnIntegersRange) {
  EXPECT_EQ(convert<std::int8_t>(1000.0F), 127);
  EXPECT_EQ(convert<std::int8_t>(-1000.0F), -128);
  EXPECT_EQ(convert<std::uint8_t>(-1.0F), 0);
  EXPECT_EQ(convert<std::int32_t>(3e9F), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(convert<std::int64_t>(1e30), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(convert<std::uint64_t>(std::numeric_limits<double>::infinity()), std::numeric_limits<std::uint64_t>::max());
}

TEST(Convert, TruncatesAndMakesNanZero) {
  EXPECT_EQ(convert<std::int32_t>(2.9F), 2);
  EXPECT_EQ(convert<std::int32_t>(-2.9F), -2);
  EXPECT_EQ(convert<std::int32_t>(std::numeric_limits<float>::quiet_NaN()), 0);
}

TEST(Convert, MakesAnythingButZeroTrue) {
  EXPECT_TRUE(convert<bool>(0.25F));
  EXPECT_TRUE(convert<bool>(Half(-1.0F)));
  EXPECT_FALSE(convert<bool>(-0.0F));
  EXPECT_FALSE(convert<bool>(std::int64_t{0}));
}

TEST(Convert, GoesThroughFloatForShortFloats) {
  EXPECT_EQ(convert<std::uint8_t>(Half(300.0F)), 255);
  EXPECT_EQ(convert<BFloat16>(Half(1.5F)).bits, BFloat16(1.5F).bits);
  EXPECT_EQ(convert<Half>(std::int32_t{100'000}).bits, 0x7c00);
}

TEST(RoundSaturate, RoundsHalfToEven) {
  EXPECT_EQ(round_saturate<std::int8_t>(0.5), 0);
  EXPECT_EQ(round_saturate<std::int8_t>(1.5), 2);
  EXPECT_EQ(round_saturate<std::int8_t>(-2.5), -2);
  EXPECT_EQ(round_saturate<std::int8_t>(127.6), 127);
}

TEST(Tensor, StartsAlignedAndZero) {
  for (const DType dtype : kAll) {
    const Tensor tensor(TensorType{dtype, {3, 5}});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.view().data) % 64, 0U);
    const std::vector<std::byte> zeros(tensor.bytes());
    EXPECT_TRUE(std::equal(zeros.begin(), zeros.end(), tensor.view().data));
  }
}

TEST(Tensor, HoldsWhatItIsMadeOf) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const Tensor tensor = Tensor::of(DType::f32, {2, 3}, std::span<const float>(values));
  EXPECT_TRUE(std::ranges::equal(tensor.span<float>(), values));
  EXPECT_EQ(tensor.type().str(), "f32[2,3]");
}

TEST(Tensor, RefusesAnotherCountOrSizeOfValues) {
  const std::vector<float> values(6);
  const auto make = [&](DType dtype, const Shape& shape) { Tensor::of(dtype, shape, std::span<const float>(values)); };
  expect_error(ErrorCode::shape, "6 values", [&] { make(DType::f32, {2, 2}); });
  expect_error(ErrorCode::shape, "6 values", [&] { make(DType::f64, {2, 3}); });
}

TEST(Tensor, IsPresentEvenWithoutElements) {
  EXPECT_FALSE(Tensor().view().present());
  EXPECT_TRUE(Tensor(TensorType{DType::f32, {0, 3}}).view().present());
}

TEST(Tensor, ClonesToASeparateCopy) {
  Tensor tensor(TensorType{DType::i32, {2}});
  tensor.mutable_span<std::int32_t>()[1] = 7;
  const Tensor copy = tensor.clone();
  tensor.mutable_span<std::int32_t>()[1] = 8;
  EXPECT_EQ(copy.span<std::int32_t>()[1], 7);
  EXPECT_TRUE(Tensor().clone().empty());
}

TEST(Tensor, RefusesTwoGigabytesAndNegativeDims) {
  expect_error(ErrorCode::shape, "2 GB", [] { Tensor(TensorType{DType::f32, {1 << 15, 1 << 14}}); });
  expect_error(ErrorCode::shape, "negative", [] { Tensor(TensorType{DType::f32, {-1}}); });
}

}  // namespace

}  // namespace exeunt
