#include "ops/binary.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<double> apply(BinaryFn fn, DType dtype, const std::vector<double>& a, const std::vector<double>& b) {
  const Shape shape{static_cast<std::int64_t>(a.size())};
  const Tensor y = run_op(Binary{fn}, {tensor(dtype, shape, a), tensor(dtype, shape, b)});
  EXPECT_EQ(y.type(), (TensorType{dtype, shape}));
  return numbers(y);
}

std::vector<float> apply_f32(BinaryFn fn, const std::vector<float>& a, const std::vector<float>& b) {
  const Shape shape{static_cast<std::int64_t>(a.size())};
  return values<float>(run_op(Binary{fn}, {f32(shape, a), f32(shape, b)}));
}

TEST(Binary, ArithmeticOnEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(BinaryFn::Add, dtype, {5, 0}, {2, 3}), ElementsAre(7, 3));
    EXPECT_THAT(apply(BinaryFn::Sub, dtype, {5, 3}, {2, 3}), ElementsAre(3, 0));
    EXPECT_THAT(apply(BinaryFn::Mul, dtype, {5, 0}, {2, 3}), ElementsAre(10, 0));
    EXPECT_THAT(apply(BinaryFn::Div, dtype, {6, 0}, {2, 3}), ElementsAre(3, 0));
    EXPECT_THAT(apply(BinaryFn::Max, dtype, {5, 0}, {2, 3}), ElementsAre(5, 3));
    EXPECT_THAT(apply(BinaryFn::Min, dtype, {5, 0}, {2, 3}), ElementsAre(2, 0));
    EXPECT_THAT(apply(BinaryFn::Pow, dtype, {5, 3}, {2, 0}), ElementsAre(25, 1));
  }
}

TEST(Binary, LogicOnBooleans) {
  const Tensor a = boolean({4}, {false, false, true, true});
  const Tensor b = boolean({4}, {false, true, false, true});
  EXPECT_THAT(values<bool>(run_op(Binary{BinaryFn::And}, {a, b})), ElementsAre(false, false, false, true));
  EXPECT_THAT(values<bool>(run_op(Binary{BinaryFn::Or}, {a, b})), ElementsAre(false, true, true, true));
  EXPECT_THAT(values<bool>(run_op(Binary{BinaryFn::Xor}, {a, b})), ElementsAre(false, true, true, false));
}

TEST(Binary, BothSidesBroadcast) {
  const Tensor y = run_op(Binary{BinaryFn::Sub}, {f32({2, 1}, {10, 20}), f32({3}, {1, 2, 3})});
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  EXPECT_THAT(values<float>(y), ElementsAre(9, 8, 7, 19, 18, 17));
}

TEST(Binary, ScalarsAndEmptyTensorsBroadcast) {
  EXPECT_EQ(run_op(Binary{BinaryFn::Add}, {f32({}, {1}), f32({}, {2})}).shape(), Shape{});
  EXPECT_EQ(run_op(Binary{BinaryFn::Add}, {f32({}, {1}), f32({1, 1}, {2})}).shape(), (Shape{1, 1}));
  EXPECT_EQ(run_op(Binary{BinaryFn::Add}, {f32({2, 0}, {}), f32({1}, {2})}).shape(), (Shape{2, 0}));
}

TEST(Binary, IntegerDivisionTruncatesTowardsZero) {
  for (const DType dtype : kSigned) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(BinaryFn::Div, dtype, {7, -7, 7, -7}, {2, 2, -2, -2}), ElementsAre(3, -3, -3, 3));
  }
}

TEST(Binary, IntegerDivisionByZeroGivesZero) {
  for (const DType dtype : kIntegers) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(BinaryFn::Div, dtype, {7, 0}, {0, 0}), ElementsAre(0, 0));
  }
}

TEST(Binary, LowestIntegerOverMinusOneStaysItself) {
  const auto check = []<class T>(T lowest, DType dtype) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor a = Tensor::of(dtype, {1}, std::span<const T>(&lowest, 1));
    EXPECT_THAT(values<T>(run_op(Binary{BinaryFn::Div}, {a, tensor(dtype, {1}, {-1})})), ElementsAre(lowest));
  };
  check(std::numeric_limits<std::int8_t>::min(), DType::i8);
  check(std::numeric_limits<std::int16_t>::min(), DType::i16);
  check(std::numeric_limits<std::int32_t>::min(), DType::i32);
  check(std::numeric_limits<std::int64_t>::min(), DType::i64);
}

TEST(Binary, IntegersWrap) {
  EXPECT_THAT(apply(BinaryFn::Add, DType::u8, {255}, {1}), ElementsAre(0));
  EXPECT_THAT(apply(BinaryFn::Sub, DType::u8, {0}, {1}), ElementsAre(255));
  EXPECT_THAT(apply(BinaryFn::Add, DType::i8, {127}, {1}), ElementsAre(-128));
  EXPECT_THAT(apply(BinaryFn::Mul, DType::i16, {256}, {128}), ElementsAre(-32768));
  const Tensor y = run_op(Binary{BinaryFn::Mul}, {i64({2}, {kInt64Max, kInt64Max}), i64({2}, {2, kInt64Max})});
  EXPECT_THAT(values<std::int64_t>(y), ElementsAre(-2, 1));
}

TEST(Binary, FloatDivisionByZeroIsIeee) {
  EXPECT_THAT(apply_f32(BinaryFn::Div, {1, -1, 0}, {0, 0, 0}), ElementsAre(kInf, -kInf, IsNaN()));
}

TEST(Binary, MaxAndMinKeepNaNFromEitherSide) {
  for (const BinaryFn fn : {BinaryFn::Max, BinaryFn::Min}) {
    SCOPED_TRACE(enum_name(fn));
    EXPECT_THAT(apply_f32(fn, {1, kNaN, kNaN}, {kNaN, 1, kNaN}), ElementsAre(IsNaN(), IsNaN(), IsNaN()));
  }
  EXPECT_THAT(apply_f32(BinaryFn::Max, {-kInf, kInf}, {1, 1}), ElementsAre(1, kInf));
}

TEST(Binary, UnsignedMaxSeesNoSign) {
  const Tensor y = run_op(Binary{BinaryFn::Max}, {u64({1}, {std::uint64_t{1} << 63}), u64({1}, {1})});
  EXPECT_THAT(values<std::uint64_t>(y), ElementsAre(std::uint64_t{1} << 63));
}

TEST(Binary, PowRaisesFloatsToFractionsAndNegatives) {
  EXPECT_THAT(apply_f32(BinaryFn::Pow, {4, 4, -8, -8, 0}, {0.5F, -1, 3, 0.5F, 0}),
              ElementsAre(2, 0.25F, -512, IsNaN(), 1));
}

TEST(Binary, PowTakesTheTypeOfTheBaseWhateverTheExponents) {
  const Tensor f = run_op(Binary{BinaryFn::Pow}, {f32({2}, {1.5F, 2}), i64({2}, {2, -1})});
  EXPECT_THAT(values<float>(f), ElementsAre(2.25F, 0.5F));
  const Tensor i = run_op(Binary{BinaryFn::Pow}, {i32({4}, {2, 9, -2, 2}), f32({4}, {3, 0.5F, 3, -1})});
  EXPECT_THAT(values<std::int32_t>(i), ElementsAre(8, 3, -8, 0));
}

TEST(Binary, ModHasTheSignOfTheDivisorFmodThatOfTheDividend) {
  for (const DType dtype : kSigned) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(BinaryFn::Mod, dtype, {7, -7, 7, -7, -6}, {3, 3, -3, -3, 3}), ElementsAre(1, 2, -2, -1, 0));
    EXPECT_THAT(apply(BinaryFn::Fmod, dtype, {7, -7, 7, -7, -6}, {3, 3, -3, -3, 3}), ElementsAre(1, -1, 1, -1, 0));
    EXPECT_THAT(apply(BinaryFn::Mod, dtype, {7, -7}, {0, -1}), ElementsAre(0, 0));
  }
  EXPECT_THAT(apply_f32(BinaryFn::Fmod, {5.5F, -5.5F, 1, kInf}, {2, 2, 0, 2}),
              ElementsAre(1.5F, -1.5F, IsNaN(), IsNaN()));
  for (const BinaryFn fn : {BinaryFn::Mod, BinaryFn::Fmod}) {
    EXPECT_THAT(values<std::int64_t>(run_op(Binary{fn}, {i64({1}, {kInt64Min}), i64({1}, {-1})})), ElementsAre(0));
  }
}

TEST(Binary, BitsOfEveryIntegerType) {
  for (const DType dtype : kIntegers) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(BinaryFn::BitwiseAnd, dtype, {12}, {10}), ElementsAre(8));
    EXPECT_THAT(apply(BinaryFn::BitwiseOr, dtype, {12}, {10}), ElementsAre(14));
    EXPECT_THAT(apply(BinaryFn::BitwiseXor, dtype, {12}, {10}), ElementsAre(6));
  }
  EXPECT_THAT(apply(BinaryFn::BitwiseXor, DType::i8, {-1}, {1}), ElementsAre(-2));
}

TEST(Binary, ShiftsDropWhatLeavesTheType) {
  for (const DType dtype : {DType::u8, DType::u16, DType::u32, DType::u64}) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(BinaryFn::BitShiftLeft, dtype, {3, 1, 1}, {2, 0, 64}), ElementsAre(12, 1, 0));
    EXPECT_THAT(apply(BinaryFn::BitShiftRight, dtype, {13, 1, 1}, {2, 0, 64}), ElementsAre(3, 1, 0));
  }
  EXPECT_THAT(apply(BinaryFn::BitShiftLeft, DType::u8, {255, 255}, {4, 8}), ElementsAre(240, 0));
}

TEST(Binary, PReluScalesWhatIsNegative) {
  EXPECT_THAT(apply_f32(BinaryFn::PRelu, {-4, 4, 0, kNaN}, {0.5F, 0.5F, 7, 1}), ElementsAre(-2, 4, 0, IsNaN()));
  EXPECT_THAT(apply(BinaryFn::PRelu, DType::i32, {-4, 4}, {3, 3}), ElementsAre(-12, 4));
  const Tensor y = run_op(Binary{BinaryFn::PRelu}, {f32({1, 2, 2}, {-1, 1, -1, -2}), f32({2, 1}, {10, 100})});
  EXPECT_THAT(values<float>(y), ElementsAre(-10, 1, -100, -200));
  EXPECT_EQ(error_of(Binary{BinaryFn::PRelu}, {"f32[3]", "f32[2,3]"}), ErrorCode::shape);
}

TEST(Binary, ShortFloatsRoundHalfToEvenOnce) {
  EXPECT_THAT(apply(BinaryFn::Add, DType::f16, {2048, 2048}, {1, 3}), ElementsAre(2048, 2052));
  EXPECT_THAT(apply(BinaryFn::Add, DType::bf16, {256, 256}, {1, 3}), ElementsAre(256, 260));
  EXPECT_THAT(apply(BinaryFn::Mul, DType::f16, {256}, {256}), ElementsAre(kInf));
}

TEST(Binary, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Binary{BinaryFn::Add}, {"f32[2]", "f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Binary{BinaryFn::Add}, {"f32[2]", "f64[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Binary{BinaryFn::Add}, {"bool[2]", "bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Binary{BinaryFn::And}, {"i32[2]", "i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Binary{BinaryFn::Pow}, {"f32[2]", "bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Binary{BinaryFn::Add}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Binary{BinaryFn::Mod}, {"f32[2]", "f32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Binary{BinaryFn::BitwiseOr}, {"bool[2]", "bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Binary{BinaryFn::BitShiftLeft}, {"i32[2]", "i32[2]"}), ErrorCode::dtype);
}

}  // namespace

}  // namespace exeunt::ops
