#include "ops/unary.h"

#include <algorithm>

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr std::array kFloatOnly = {UnaryFn::Ceil, UnaryFn::Erf,        UnaryFn::Exp,   UnaryFn::Floor,
                                   UnaryFn::Log,  UnaryFn::Reciprocal, UnaryFn::Round, UnaryFn::Sigmoid,
                                   UnaryFn::Sqrt, UnaryFn::Tanh};

std::vector<float> apply(UnaryFn fn, const std::vector<float>& x) {
  return values<float>(run_op(Unary{fn}, {f32({static_cast<std::int64_t>(x.size())}, x)}));
}

std::vector<double> apply(UnaryFn fn, DType dtype, const std::vector<double>& x) {
  const Shape shape{static_cast<std::int64_t>(x.size())};
  const Tensor y = run_op(Unary{fn}, {tensor(dtype, shape, x)});
  EXPECT_EQ(y.type(), (TensorType{dtype, shape}));
  return numbers(y);
}

TEST(Unary, IdentityTakesEveryType) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(UnaryFn::Identity, dtype, {0, 1, 1}), ElementsAre(0, 1, 1));
  }
}

TEST(Unary, IdentityKeepsSixtyFourBitsExact) {
  EXPECT_THAT(values<std::int64_t>(run_op(Unary{}, {i64({1}, {kInt64Max})})), ElementsAre(kInt64Max));
}

TEST(Unary, NotInvertsBooleans) {
  const Tensor y = run_op(Unary{UnaryFn::Not}, {boolean({2}, {true, false})});
  EXPECT_THAT(values<bool>(y), ElementsAre(false, true));
}

TEST(Unary, SignedNumbersHaveASign) {
  for (const DType dtype : kNumbers) {
    if (is_integer(dtype) && std::ranges::find(kSigned, dtype) == kSigned.end()) continue;
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(UnaryFn::Abs, dtype, {-3, 0, 2}), ElementsAre(3, 0, 2));
    EXPECT_THAT(apply(UnaryFn::Neg, dtype, {-3, 0, 2}), ElementsAre(3, 0, -2));
    EXPECT_THAT(apply(UnaryFn::Relu, dtype, {-3, 0, 2}), ElementsAre(0, 0, 2));
    EXPECT_THAT(apply(UnaryFn::Sign, dtype, {-3, 0, 2}), ElementsAre(-1, 0, 1));
  }
}

TEST(Unary, UnsignedNumbersHaveNone) {
  for (const DType dtype : {DType::u8, DType::u16, DType::u32, DType::u64}) {
    SCOPED_TRACE(dtype_name(dtype));
    for (const UnaryFn fn : {UnaryFn::Abs, UnaryFn::Relu}) EXPECT_THAT(apply(fn, dtype, {0, 200}), ElementsAre(0, 200));
    EXPECT_THAT(apply(UnaryFn::Sign, dtype, {0, 200}), ElementsAre(0, 1));
  }
  EXPECT_THAT(apply(UnaryFn::Neg, DType::u8, {1}), ElementsAre(255));
}

TEST(Unary, LowestIntegerIsItsOwnNegative) {
  for (const UnaryFn fn : {UnaryFn::Abs, UnaryFn::Neg}) {
    SCOPED_TRACE(enum_name(fn));
    EXPECT_THAT(apply(fn, DType::i8, {-128}), ElementsAre(-128));
    EXPECT_THAT(apply(fn, DType::i32, {-2147483648.0}), ElementsAre(-2147483648.0));
    EXPECT_THAT(values<std::int64_t>(run_op(Unary{fn}, {i64({1}, {kInt64Min})})), ElementsAre(kInt64Min));
  }
}

TEST(Unary, NaNStaysNaN) {
  for (const DType dtype : kFloats) {
    for (std::size_t i = 0; i < kEnumNames<UnaryFn>.size(); ++i) {
      const auto fn = static_cast<UnaryFn>(i);
      if (fn == UnaryFn::Not || fn == UnaryFn::BitwiseNot || fn == UnaryFn::ThresholdedRelu) continue;
      SCOPED_TRACE(enum_name(fn));
      EXPECT_THAT(apply(fn, dtype, {kNaN}), ElementsAre(IsNaN()));
    }
  }
}

TEST(Unary, RoundTakesHalvesToEven) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(apply(UnaryFn::Round, dtype, {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.75}),
                ElementsAre(-2, -2, 0, 0, 2, 2, 3));
  }
}

TEST(Unary, CeilAndFloor) {
  EXPECT_THAT(apply(UnaryFn::Ceil, {-1.5F, 1.5F, 2}), ElementsAre(-1, 2, 2));
  EXPECT_THAT(apply(UnaryFn::Floor, {-1.5F, 1.5F, 2}), ElementsAre(-2, 1, 2));
}

TEST(Unary, ExpAndLog) {
  EXPECT_THAT(apply(UnaryFn::Exp, {0, 1, -kInf, 1000}), ElementsAre(1, 2.7182817F, 0, kInf));
  EXPECT_THAT(apply(UnaryFn::Log, {1, kInf, 0, -1}), ElementsAre(0, kInf, -kInf, IsNaN()));
}

TEST(Unary, SqrtAndReciprocal) {
  EXPECT_THAT(apply(UnaryFn::Sqrt, {0, 4, kInf, -1}), ElementsAre(0, 2, kInf, IsNaN()));
  EXPECT_THAT(apply(UnaryFn::Reciprocal, {4, -0.5F, 0, -0.0F, kInf}), ElementsAre(0.25F, -2, kInf, -kInf, 0));
}

TEST(Unary, SigmoidAndTanhSaturate) {
  EXPECT_THAT(apply(UnaryFn::Sigmoid, {0, 1, -1000, 1000}), ElementsAre(0.5F, 0.7310586F, 0, 1));
  EXPECT_THAT(apply(UnaryFn::Tanh, {0, 1, -1000, 1000}), ElementsAre(0, 0.7615942F, -1, 1));
}

TEST(Unary, Erf) {
  EXPECT_THAT(numbers(run_op(Unary{UnaryFn::Erf}, {f32({4}, {-1, 0, 0.5F, kInf})})),
              near({-0.8427008, 0, 0.5204999, 1}, 1e-7));
}

TEST(Unary, ShortFloatsAreRoundedOnce) {
  EXPECT_THAT(apply(UnaryFn::Exp, DType::f16, {1, 12}), ElementsAre(2.71875, kInf));
  EXPECT_THAT(apply(UnaryFn::Exp, DType::bf16, {1}), ElementsAre(2.71875));
  EXPECT_THAT(apply(UnaryFn::Sqrt, DType::f16, {2}), ElementsAre(1.4140625));
}

TEST(Unary, AnyShapeEvenEmptyOrScalar) {
  EXPECT_EQ(run_op(Unary{UnaryFn::Relu}, {f32({2, 0, 3}, {})}).shape(), (Shape{2, 0, 3}));
  const Tensor y = run_op(Unary{UnaryFn::Relu}, {f32({}, {-1})});
  EXPECT_EQ(y.shape(), Shape{});
  EXPECT_THAT(values<float>(y), ElementsAre(0));
}

TEST(Unary, RefusesTypesWithoutTheFunction) {
  for (const UnaryFn fn : kFloatOnly) {
    SCOPED_TRACE(enum_name(fn));
    EXPECT_EQ(error_of(Unary{fn}, {"i32[2]"}), ErrorCode::dtype);
    EXPECT_EQ(error_of(Unary{fn}, {"bool[2]"}), ErrorCode::dtype);
  }
  for (const UnaryFn fn : {UnaryFn::Abs, UnaryFn::Neg, UnaryFn::Relu, UnaryFn::Sign}) {
    SCOPED_TRACE(enum_name(fn));
    EXPECT_EQ(error_of(Unary{fn}, {"bool[2]"}), ErrorCode::dtype);
  }
  EXPECT_EQ(error_of(Unary{UnaryFn::Not}, {"f32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Unary{UnaryFn::Not}, {"u8[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Unary{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
