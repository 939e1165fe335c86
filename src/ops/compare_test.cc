#include "ops/compare.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<bool> apply(CompareFn fn, const Tensor& a, const Tensor& b) {
  return values<bool>(run_op(Compare{fn}, {a, b}));
}

TEST(Compare, SmallerEqualAndLargerInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor a = tensor(dtype, {3}, {1, 2, 3});
    const Tensor b = tensor(dtype, {1}, {2});
    EXPECT_THAT(apply(CompareFn::Equal, a, b), ElementsAre(false, true, false));
    EXPECT_THAT(apply(CompareFn::Greater, a, b), ElementsAre(false, false, true));
    EXPECT_THAT(apply(CompareFn::GreaterOrEqual, a, b), ElementsAre(false, true, true));
    EXPECT_THAT(apply(CompareFn::Less, a, b), ElementsAre(true, false, false));
    EXPECT_THAT(apply(CompareFn::LessOrEqual, a, b), ElementsAre(true, true, false));
  }
}

TEST(Compare, BooleansAreEqualOrNot) {
  EXPECT_THAT(apply(CompareFn::Equal, boolean({2}, {true, false}), boolean({1}, {true})), ElementsAre(true, false));
}

TEST(Compare, AnyComparisonWithNaNIsFalse) {
  for (const DType dtype : kFloats) {
    for (std::size_t fn = 0; fn < kEnumNames<CompareFn>.size(); ++fn) {
      SCOPED_TRACE(kEnumNames<CompareFn>[fn]);
      const Tensor a = tensor(dtype, {3}, {kNaN, 1, kNaN});
      const Tensor b = tensor(dtype, {3}, {1, kNaN, kNaN});
      EXPECT_THAT(apply(static_cast<CompareFn>(fn), a, b), ElementsAre(false, false, false));
    }
  }
}

TEST(Compare, ZeroEqualsMinusZero) {
  EXPECT_THAT(apply(CompareFn::Equal, f32({1}, {0}), f32({1}, {-0.0F})), ElementsAre(true));
}

TEST(Compare, SixtyFourBitIntegersAreComparedExactly) {
  constexpr std::int64_t kBig = std::int64_t{1} << 53;
  EXPECT_THAT(apply(CompareFn::Less, i64({1}, {kBig}), i64({1}, {kBig + 1})), ElementsAre(true));
  EXPECT_THAT(apply(CompareFn::Greater, u64({1}, {std::uint64_t{1} << 63}), u64({1}, {1})), ElementsAre(true));
}

TEST(Compare, BothSidesBroadcast) {
  const Tensor y = run_op(Compare{CompareFn::Less}, {f32({2, 1}, {1, 2}), f32({3}, {1, 2, 3})});
  EXPECT_EQ(y.type(), (TensorType{DType::boolean, {2, 3}}));
  EXPECT_THAT(values<bool>(y), ElementsAre(false, true, true, false, false, true));
  EXPECT_EQ(run_op(Compare{}, {f32({0}, {}), f32({}, {1})}).type(), (TensorType{DType::boolean, {0}}));
}

TEST(Compare, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Compare{}, {"f32[2]", "f32[3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Compare{}, {"f32[2]", "i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Compare{}, {"f32[2]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
