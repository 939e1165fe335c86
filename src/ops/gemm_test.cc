#include "ops/gemm.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

Tensor a23() { return f32({2, 3}, {1, 2, 3, 4, 5, 6}); }
Tensor b32() { return f32({3, 2}, {1, 0, 0, 1, 10, 100}); }

TEST(Gemm, MultipliesMatricesInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor a = tensor(dtype, {2, 2}, {1, 2, 3, 4});
    const Tensor y = run_op(Gemm{}, {a, tensor(dtype, {2, 2}, {1, 0, 2, 1}), tensor(dtype, {2}, {10, 20})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(15, 22, 21, 24));
  }
}

TEST(Gemm, TakesEitherSideTransposed) {
  const Tensor at = f32({3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor bt = f32({2, 3}, {1, 0, 10, 0, 1, 100});
  const auto expected = ElementsAre(31, 302, 64, 605);
  EXPECT_THAT(values<float>(run_op(Gemm{}, {a23(), b32()})), expected);
  EXPECT_THAT(values<float>(run_op(Gemm{.trans_a = true}, {at, b32()})), expected);
  EXPECT_THAT(values<float>(run_op(Gemm{.trans_b = true}, {a23(), bt})), expected);
  EXPECT_THAT(values<float>(run_op(Gemm{.trans_a = true, .trans_b = true}, {at, bt})), expected);
}

TEST(Gemm, AlphaScalesTheProductAndBetaTheAddend) {
  const Tensor y = run_op(Gemm{.alpha = 0.5, .beta = 2}, {a23(), b32(), f32({2}, {10, 20})});
  EXPECT_THAT(values<float>(y), ElementsAre(35.5F, 191, 52, 342.5F));
}

TEST(Gemm, AddendBroadcastsToTheResult) {
  const Tensor zero = f32({2, 1}, {0, 0});
  const Tensor row = f32({1, 3}, {0, 0, 0});
  const auto add = [&](const Tensor& c) { return values<float>(run_op(Gemm{}, {zero, row, c})); };
  EXPECT_THAT(add(f32({}, {1})), ElementsAre(1, 1, 1, 1, 1, 1));
  EXPECT_THAT(add(f32({1}, {1})), ElementsAre(1, 1, 1, 1, 1, 1));
  EXPECT_THAT(add(f32({3}, {1, 2, 3})), ElementsAre(1, 2, 3, 1, 2, 3));
  EXPECT_THAT(add(f32({1, 3}, {1, 2, 3})), ElementsAre(1, 2, 3, 1, 2, 3));
  EXPECT_THAT(add(f32({2, 1}, {1, 2})), ElementsAre(1, 1, 1, 2, 2, 2));
  EXPECT_THAT(add(f32({2, 3}, {1, 2, 3, 4, 5, 6})), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Gemm, AddendMayBeLeftOut) {
  EXPECT_THAT(values<float>(run_op(Gemm{}, {f32({1, 1}, {2}), f32({1, 1}, {3}), Tensor()})), ElementsAre(6));
}

TEST(Gemm, ReluComesLastAndPassesNaN) {
  const Gemm op{.activation = Activation::relu};
  const Tensor y = run_op(op, {f32({1, 1}, {1}), f32({1, 4}, {-3, -1, 1, kNaN}), f32({}, {2})});
  EXPECT_THAT(values<float>(y), ElementsAre(0, 1, 3, IsNaN()));
  const Tensor i = run_op(op, {i32({1, 1}, {1}), i32({1, 2}, {-3, 3})});
  EXPECT_THAT(values<std::int32_t>(i), ElementsAre(0, 3));
}

TEST(Gemm, NothingToSumLeavesTheAddend) {
  const Tensor y = run_op(Gemm{}, {f32({2, 0}, {}), f32({0, 2}, {}), f32({2}, {1, 2})});
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 1, 2));
  EXPECT_THAT(values<float>(run_op(Gemm{}, {f32({1, 0}, {}), f32({0, 1}, {})})), ElementsAre(0));
  EXPECT_EQ(run_op(Gemm{}, {f32({0, 2}, {}), f32({2, 3}, {1, 2, 3, 4, 5, 6}), f32({3}, {1, 2, 3})}).shape(),
            (Shape{0, 3}));
}

TEST(Gemm, IntegersAreExactAndWrap) {
  constexpr std::int64_t kBig = std::int64_t{1} << 53;
  const Tensor y = run_op(Gemm{}, {i64({1, 1}, {kBig}), i64({1, 1}, {1}), i64({}, {1})});
  EXPECT_THAT(values<std::int64_t>(y), ElementsAre(kBig + 1));
  const Tensor z = run_op(Gemm{}, {i32({1, 2}, {1 << 30, 1 << 30}), i32({2, 1}, {1, 1})});
  EXPECT_THAT(values<std::int32_t>(z), ElementsAre(std::numeric_limits<std::int32_t>::min()));
  const Tensor w = run_op(Gemm{}, {i64({1, 1}, {kInt64Max}), i64({1, 1}, {2}), i64({}, {kInt64Max})});
  EXPECT_THAT(values<std::int64_t>(w), ElementsAre(kInt64Max - 2));
}

TEST(Gemm, IntegersTakeFactorsToo) {
  const Tensor y = run_op(Gemm{.alpha = 0.5, .beta = 2}, {i32({1, 1}, {3}), i32({1, 1}, {5}), i32({}, {10})});
  EXPECT_THAT(values<std::int32_t>(y), ElementsAre(27));
}

TEST(Gemm, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor y = run_op(Gemm{}, {tensor(DType::f16, {1, 3}, {2048, 1, 1}), tensor(DType::f16, {3, 1}, {1, 1, 1})});
  EXPECT_THAT(numbers(y), ElementsAre(2050));
}

TEST(Gemm, WeightsBesideF32MayBeStoredIn16Bits) {
  // A third is 0.33325195 in 16 bits.
  const Tensor b = tensor(DType::f16, {2, 2}, {1.0 / 3, 0, 0.5, 65504});
  const Tensor y = run_op(Gemm{.activation = Activation::relu}, {f32({1, 2}, {3, 1}), b, f32({2}, {0.25F, 1})});
  EXPECT_EQ(y.type(), (TensorType{DType::f32, {1, 2}}));
  EXPECT_THAT(values<float>(y), ElementsAre(3 * 0.333251953125F + 0.75F, 65505));
  EXPECT_THAT(values<float>(run_op(Gemm{.trans_b = true}, {f32({1, 2}, {0, 2}), b})), ElementsAre(0, 131008));
}

TEST(Gemm, CountsTheDepthPerOutput) {
  const TensorType a{DType::f32, {5, 2}};
  const TensorType b{DType::f32, {5, 3}};
  EXPECT_EQ(work(Gemm{.trans_a = true}, std::array{&a, &b}, {DType::f32, {2, 3}}), 2 * 3 * 5);
}

TEST(Gemm, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]", "f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{.trans_a = true}, {"f32[2,3]", "f32[3,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{}, {"f32[2]", "f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{}, {"f32[1,2,3]", "f32[3,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]", "f64[3,2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Gemm{}, {"f16[2,3]", "f32[3,2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]", "f64[3,2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Gemm{}, {"bool[2,3]", "bool[3,2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]"}), ErrorCode::argument);
}

TEST(Gemm, RefusesAnAddendThatDoesNotBroadcastToTheResult) {
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]", "f32[3,4]", "f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{}, {"f32[1,3]", "f32[3,4]", "f32[2,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]", "f32[3,4]", "f32[1,2,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Gemm{}, {"f32[2,3]", "f32[3,4]", "f16[4]"}), ErrorCode::dtype);
}

}  // namespace

}  // namespace exeunt::ops
