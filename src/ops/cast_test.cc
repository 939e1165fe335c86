#include "ops/cast.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

template <class T>
std::vector<T> cast_to(DType to, const Tensor& x) {
  return values<T>(run_op(Cast{.to = to}, {x}));
}

TEST(Cast, ZeroAndOneSurviveBetweenAllTypes) {
  for (const DType from : kAllTypes) {
    for (const DType to : kAllTypes) {
      SCOPED_TRACE(::testing::Message() << dtype_name(from) << " to " << dtype_name(to));
      const Tensor y = run_op(Cast{.to = to}, {tensor(from, {2}, {0, 1})});
      EXPECT_EQ(y.type(), (TensorType{to, {2}}));
      EXPECT_THAT(numbers(y), ElementsAre(0, 1));
    }
  }
}

TEST(Cast, KeepsTheShape) {
  EXPECT_EQ(result_type(Cast{.to = DType::i8}, {"f32[2,0,3]"}), "i8[2,0,3]");
  EXPECT_EQ(result_type(Cast{.to = DType::boolean}, {"f16[]"}), "bool[]");
  EXPECT_EQ(run_op(Cast{.to = DType::i8}, {f32({2, 0}, {})}).elements(), 0);
}

TEST(Cast, FloatToIntegerCutsTowardsZero) {
  for (const DType from : kFloats) {
    SCOPED_TRACE(dtype_name(from));
    const Tensor x = tensor(from, {4}, {3.75, -3.75, 0.5, -0.5});
    EXPECT_THAT(cast_to<std::int32_t>(DType::i32, x), ElementsAre(3, -3, 0, 0));
  }
}

TEST(Cast, FloatsBeyondAnIntegersRangeGiveItsNearestEnd) {
  const Tensor x = f32({4}, {1e20F, -1e20F, kInf, -kInf});
  const auto check = [&]<class T>(DType to, T) {
    SCOPED_TRACE(dtype_name(to));
    constexpr T kLow = std::numeric_limits<T>::min();
    constexpr T kHigh = std::numeric_limits<T>::max();
    EXPECT_THAT(cast_to<T>(to, x), ElementsAre(kHigh, kLow, kHigh, kLow));
  };
  check(DType::i8, std::int8_t{});
  check(DType::u8, std::uint8_t{});
  check(DType::i16, std::int16_t{});
  check(DType::u16, std::uint16_t{});
  check(DType::i32, std::int32_t{});
  check(DType::u32, std::uint32_t{});
  check(DType::i64, std::int64_t{});
  check(DType::u64, std::uint64_t{});
}

TEST(Cast, SaturatesJustBeyondTheEnds) {
  EXPECT_THAT(cast_to<std::uint8_t>(DType::u8, f32({4}, {255.5F, 256, -1, 254.9F})), ElementsAre(255, 255, 0, 254));
  EXPECT_THAT(cast_to<std::int8_t>(DType::i8, f32({4}, {127.5F, 128, -128.5F, -129})),
              ElementsAre(127, 127, -128, -128));
  EXPECT_THAT(cast_to<std::int8_t>(DType::i8, tensor(DType::f16, {2}, {200, -200})), ElementsAre(127, -128));
}

TEST(Cast, NaNGivesZero) {
  for (const DType from : kFloats) {
    for (const DType to : kIntegers) {
      SCOPED_TRACE(::testing::Message() << dtype_name(from) << " to " << dtype_name(to));
      EXPECT_THAT(numbers(run_op(Cast{.to = to}, {tensor(from, {1}, {kNaN})})), ElementsAre(0));
    }
  }
}

TEST(Cast, AnythingButZeroIsTrue) {
  EXPECT_THAT(cast_to<bool>(DType::boolean, f32({5}, {0, -0.0F, 0.25F, -3, kNaN})),
              ElementsAre(false, false, true, true, true));
  EXPECT_THAT(cast_to<bool>(DType::boolean, i32({3}, {0, 256, -1})), ElementsAre(false, true, true));
  EXPECT_THAT(cast_to<bool>(DType::boolean, tensor(DType::f16, {2}, {-0.0, 0.5})), ElementsAre(false, true));
}

TEST(Cast, IntegersWrapIntoNarrowerOnes) {
  EXPECT_THAT(cast_to<std::uint8_t>(DType::u8, i32({3}, {300, -1, 255})), ElementsAre(44, 255, 255));
  EXPECT_THAT(cast_to<std::int8_t>(DType::i8, i32({2}, {128, 256})), ElementsAre(-128, 0));
  EXPECT_THAT(cast_to<std::uint64_t>(DType::u64, i8({1}, {-1})),
              ElementsAre(std::numeric_limits<std::uint64_t>::max()));
}

TEST(Cast, SixtyFourBitsStayExact) {
  constexpr std::int64_t kOdd = (std::int64_t{1} << 53) + 1;
  EXPECT_THAT(cast_to<std::uint64_t>(DType::u64, i64({1}, {kOdd})), ElementsAre(kOdd));
}

TEST(Cast, NarrowFloatsRoundHalfToEvenAndOverflowToInfinity) {
  const Tensor x = f32({5}, {2049, 2051, 65504, 65520, 1e-8F});
  EXPECT_THAT(numbers(run_op(Cast{.to = DType::f16}, {x})), ElementsAre(2048, 2052, 65504, kInf, 0));
  const Tensor b = f32({4}, {257, 259, 3.4e38F, kNaN});
  EXPECT_THAT(numbers(run_op(Cast{.to = DType::bf16}, {b})), ElementsAre(256, 260, kInf, IsNaN()));
  EXPECT_THAT(cast_to<float>(DType::f32, tensor(DType::f64, {2}, {1e300, -1e300})), ElementsAre(kInf, -kInf));
}

TEST(Cast, NeedsAnOperand) { EXPECT_EQ(error_of(Cast{}, {}), ErrorCode::argument); }

}  // namespace

}  // namespace exeunt::ops
