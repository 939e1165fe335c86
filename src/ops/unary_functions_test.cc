#include "ops/unary.h"
#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<double> apply(const Unary& op, const std::vector<float>& x) {
  return numbers(run_op(op, {f32({static_cast<std::int64_t>(x.size())}, x)}));
}

TEST(UnaryFunctions, LeakyReluScalesWhatIsNegative) {
  EXPECT_THAT(apply({UnaryFn::LeakyRelu, 0.5}, {-4, 0, 3, -kInf}), ElementsAre(-2, 0, 3, -kInf));
}

TEST(UnaryFunctions, ExponentialUnits) {
  // exp(-1) - 1 is -0.6321206, exp(-1/2) - 1 is -0.3934693.
  EXPECT_THAT(apply({UnaryFn::Elu, 2}, {-1, 0, 3, -1000}), near({-1.2642411, 0, 3, -2}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::Selu, 2, 3}, {-1, 0, 3, -1000}), near({-3.7927234, 0, 9, -6}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::Celu, 2}, {-1, 0, 3, -1000}), near({-0.7869387, 0, 3, -2}, 1e-6));
}

TEST(UnaryFunctions, HardSigmoidIsALineCutOff) {
  EXPECT_THAT(apply({UnaryFn::HardSigmoid, 0.25, 0.5}, {-4, -1, 0, 1, 4}), ElementsAre(0, 0.25, 0.5, 0.75, 1));
  EXPECT_THAT(apply({UnaryFn::HardSwish}, {-4, -3, -1.5F, 0, 1.5F, 3, 4}), ElementsAre(0, 0, -0.375, 0, 1.125, 3, 4));
}

TEST(UnaryFunctions, SwishIsXTimesItsSigmoid) {
  EXPECT_THAT(apply({UnaryFn::Swish, 1}, {-1, 0, 1, 1000}), near({-0.2689414, 0, 0.7310586, 1000}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::Swish, 2}, {1}), near({0.8807971}, 1e-6));
}

TEST(UnaryFunctions, GeluAndItsApproximation) {
  EXPECT_THAT(apply({UnaryFn::Gelu}, {-1, 0, 1, 2}), near({-0.1586553, 0, 0.8413447, 1.9544997}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::GeluTanh}, {-1, 0, 1, 2}), near({-0.1588080, 0, 0.8411920, 1.9545977}, 1e-6));
}

TEST(UnaryFunctions, SoftplusDoesNotOverflow) {
  EXPECT_THAT(apply({UnaryFn::Softplus}, {0, 1, -1}), near({0.6931472, 1.3132617, 0.3132617}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::Softplus}, {1e30F, -1000, kInf}), ElementsAre(1e30F, 0, kInf));
  EXPECT_THAT(apply({UnaryFn::Mish}, {0, 1}), near({0, 0.8650984}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::Mish}, {1e30F}), ElementsAre(1e30F));
  EXPECT_THAT(apply({UnaryFn::Softsign}, {-3, 0, 1}), ElementsAre(-0.75, 0, 0.5));
}

TEST(UnaryFunctions, ThresholdedReluKeepsWhatIsAbove) {
  EXPECT_THAT(apply({UnaryFn::ThresholdedRelu, 2}, {1, 2, 3, -3, kNaN}), ElementsAre(0, 0, 3, 0, 0));
}

TEST(UnaryFunctions, Trigonometry) {
  const auto of_half = [](UnaryFn fn) { return apply({fn}, {0.5F}).front(); };
  EXPECT_NEAR(of_half(UnaryFn::Sin), 0.4794255, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Cos), 0.8775826, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Tan), 0.5463025, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Asin), 0.5235988, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Acos), 1.0471976, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Atan), 0.4636476, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Sinh), 0.5210953, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Cosh), 1.1276260, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Asinh), 0.4812118, 1e-6);
  EXPECT_NEAR(of_half(UnaryFn::Atanh), 0.5493061, 1e-6);
  EXPECT_THAT(apply({UnaryFn::Acosh}, {1, 2}), near({0, 1.3169579}, 1e-6));
  EXPECT_THAT(apply({UnaryFn::Asin}, {2}), ElementsAre(IsNaN()));
}

TEST(UnaryFunctions, ClipKeepsEveryNumberTypeBetweenItsBounds) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Unary{UnaryFn::Clip, 2, 5}, {tensor(dtype, {4}, {0, 3, 5, 100})});
    EXPECT_THAT(numbers(y), ElementsAre(2, 3, 5, 5));
  }
}

TEST(UnaryFunctions, ClipWithAnInfiniteBoundHasNone) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(apply({UnaryFn::Clip, -kInfinity, 1}, {-kInf, 0, 2}), ElementsAre(-kInf, 0, 1));
  const Tensor y = run_op(Unary{UnaryFn::Clip, 0, kInfinity}, {i64({2}, {-kInt64Max, kInt64Max})});
  EXPECT_THAT(values<std::int64_t>(y), ElementsAre(0, kInt64Max));
}

TEST(UnaryFunctions, ClipPassesNaNAndLetsTheUpperBoundWin) {
  EXPECT_THAT(apply({UnaryFn::Clip, 0, 1}, {kNaN}), ElementsAre(IsNaN()));
  EXPECT_THAT(apply({UnaryFn::Clip, 3, 1}, {0, 2, 4}), ElementsAre(1, 1, 1));
}

TEST(UnaryFunctions, BitwiseNotInEveryIntegerType) {
  for (const DType dtype : kSigned) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(numbers(run_op(Unary{UnaryFn::BitwiseNot}, {tensor(dtype, {3}, {0, 5, -1})})), ElementsAre(-1, -6, 0));
  }
  EXPECT_THAT(numbers(run_op(Unary{UnaryFn::BitwiseNot}, {u8({2}, {0, 0xf0})})), ElementsAre(255, 15));
  EXPECT_THAT(numbers(run_op(Unary{UnaryFn::BitwiseNot}, {tensor(DType::u32, {1}, {1})})), ElementsAre(4294967294.0));
}

TEST(UnaryFunctions, RefuseTypesWithoutThem) {
  for (const UnaryFn fn : {UnaryFn::LeakyRelu, UnaryFn::Gelu, UnaryFn::Sin, UnaryFn::Softplus, UnaryFn::HardSwish}) {
    SCOPED_TRACE(enum_name(fn));
    EXPECT_EQ(error_of(Unary{fn}, {"i32[2]"}), ErrorCode::dtype);
  }
  EXPECT_EQ(error_of(Unary{UnaryFn::Clip}, {"bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Unary{UnaryFn::BitwiseNot}, {"bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Unary{UnaryFn::BitwiseNot}, {"f32[2]"}), ErrorCode::dtype);
}

}  // namespace

}  // namespace exeunt::ops
