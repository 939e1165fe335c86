#include "ops/reduce.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<float> reduce(ReduceFn fn, Ints axes, const Tensor& x) {
  return values<float>(run_op(Reduce{.fn = fn, .axes = std::move(axes)}, {x}));
}

TEST(Reduce, EveryFunctionInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {2, 3}, {1, 5, 3, 4, 2, 6});
    const auto rows = [&](ReduceFn fn) { return numbers(run_op(Reduce{.fn = fn, .axes = {1}}, {x})); };
    EXPECT_THAT(rows(ReduceFn::ReduceMax), ElementsAre(5, 6));
    EXPECT_THAT(rows(ReduceFn::ReduceMean), ElementsAre(3, 4));
    EXPECT_THAT(rows(ReduceFn::ReduceMin), ElementsAre(1, 2));
    EXPECT_THAT(rows(ReduceFn::ReduceProd), ElementsAre(15, 48));
    EXPECT_THAT(rows(ReduceFn::ReduceSum), ElementsAre(9, 12));
  }
}

TEST(Reduce, AnyAxesFromEitherEnd) {
  const Tensor x = counting({2, 2, 2});
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {0}, x), ElementsAre(6, 8, 10, 12));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {1}, x), ElementsAre(4, 6, 12, 14));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {-1}, x), ElementsAre(3, 7, 11, 15));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {0, -1}, x), ElementsAre(14, 22));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {2, 1}, x), ElementsAre(10, 26));
}

TEST(Reduce, NoAxesMeansAll) { EXPECT_THAT(reduce(ReduceFn::ReduceSum, {}, counting({2, 3})), ElementsAre(21)); }

TEST(Reduce, KeepdimsLeavesOnes) {
  Reduce op{.fn = ReduceFn::ReduceMax, .axes = {1}};
  EXPECT_EQ(result_type(op, {"f32[2,3,4]"}), "f32[2,1,4]");
  op.keepdims = false;
  EXPECT_EQ(result_type(op, {"f32[2,3,4]"}), "f32[2,4]");
  op.axes = {};
  EXPECT_EQ(result_type(op, {"f32[2,3,4]"}), "f32[]");
  op.keepdims = true;
  EXPECT_EQ(result_type(op, {"f32[2,3,4]"}), "f32[1,1,1]");
}

TEST(Reduce, ScalarStaysItself) {
  EXPECT_THAT(reduce(ReduceFn::ReduceMean, {}, f32({}, {5})), ElementsAre(5));
  EXPECT_EQ(result_type(Reduce{}, {"f32[]"}), "f32[]");
}

TEST(Reduce, NaNAnywhereMakesNaN) {
  const Tensor x = f32({3, 3}, {kNaN, 1, 2, 1, kNaN, 2, 1, 2, kNaN});
  for (std::size_t fn = 0; fn < kEnumNames<ReduceFn>.size(); ++fn) {
    SCOPED_TRACE(kEnumNames<ReduceFn>[fn]);
    EXPECT_THAT(reduce(static_cast<ReduceFn>(fn), {1}, x), ElementsAre(IsNaN(), IsNaN(), IsNaN()));
  }
}

TEST(Reduce, InfinitiesAreValues) {
  const Tensor x = f32({2}, {-kInf, -kInf});
  EXPECT_THAT(reduce(ReduceFn::ReduceMax, {}, x), ElementsAre(-kInf));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {}, x), ElementsAre(-kInf));
}

TEST(Reduce, NormsInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {2, 2}, {3, 4, 0, 5});
    const auto rows = [&](ReduceFn fn) { return numbers(run_op(Reduce{.fn = fn, .axes = {1}}, {x})); };
    EXPECT_THAT(rows(ReduceFn::ReduceL1), ElementsAre(7, 5));
    EXPECT_THAT(rows(ReduceFn::ReduceL2), ElementsAre(5, 5));
    EXPECT_THAT(rows(ReduceFn::ReduceSumSquare), ElementsAre(25, 25));
  }
}

TEST(Reduce, NormsOfNegativeNumbers) {
  const Tensor x = f32({2}, {-3, 4});
  EXPECT_THAT(reduce(ReduceFn::ReduceL1, {}, x), ElementsAre(7));
  EXPECT_THAT(reduce(ReduceFn::ReduceL2, {}, x), ElementsAre(5));
  EXPECT_THAT(numbers(run_op(Reduce{.fn = ReduceFn::ReduceL1, .axes = {}}, {i32({2}, {-3, 4})})), ElementsAre(7));
}

TEST(Reduce, LogarithmsOfSums) {
  EXPECT_THAT(reduce(ReduceFn::ReduceLogSum, {}, f32({2}, {0.5F, 0.5F})), ElementsAre(0));
  EXPECT_THAT(reduce(ReduceFn::ReduceLogSum, {}, f32({2}, {1, -2})), ElementsAre(IsNaN()));
  EXPECT_THAT(reduce(ReduceFn::ReduceLogSumExp, {}, f32({3}, {1, 2, 3})), ElementsAre(3.4076059F));
  const Tensor cut = run_op(Reduce{.fn = ReduceFn::ReduceLogSumExp, .axes = {}}, {i32({3}, {1, 2, 3})});
  EXPECT_THAT(values<std::int32_t>(cut), ElementsAre(3));
}

TEST(Reduce, LogSumExpDoesNotOverflow) {
  EXPECT_THAT(reduce(ReduceFn::ReduceLogSumExp, {}, f32({2}, {1e30F, 0})), ElementsAre(1e30F));
  EXPECT_THAT(reduce(ReduceFn::ReduceLogSumExp, {}, f32({2}, {kInf, 0})), ElementsAre(kInf));
  EXPECT_THAT(reduce(ReduceFn::ReduceLogSumExp, {}, f32({2}, {-kInf, -kInf})), ElementsAre(-kInf));
}

TEST(Reduce, NormsOfNothing) {
  const Tensor none = f32({0}, {});
  for (const ReduceFn fn : {ReduceFn::ReduceL1, ReduceFn::ReduceL2, ReduceFn::ReduceSumSquare}) {
    EXPECT_THAT(reduce(fn, {}, none), ElementsAre(0));
  }
  for (const ReduceFn fn : {ReduceFn::ReduceLogSum, ReduceFn::ReduceLogSumExp}) {
    EXPECT_THAT(reduce(fn, {}, none), ElementsAre(-kInf));
  }
}

TEST(Reduce, MaximumAndMinimumOfBooleans) {
  const Tensor x = boolean({2, 2}, {true, false, true, true});
  EXPECT_THAT(values<bool>(run_op(Reduce{.fn = ReduceFn::ReduceMax, .axes = {1}}, {x})), ElementsAre(true, true));
  EXPECT_THAT(values<bool>(run_op(Reduce{.fn = ReduceFn::ReduceMin, .axes = {1}}, {x})), ElementsAre(false, true));
  const Tensor none = boolean({0}, {});
  EXPECT_THAT(values<bool>(run_op(Reduce{.fn = ReduceFn::ReduceMax, .axes = {}}, {none})), ElementsAre(false));
  EXPECT_THAT(values<bool>(run_op(Reduce{.fn = ReduceFn::ReduceMin, .axes = {}}, {none})), ElementsAre(true));
}

TEST(Reduce, NothingGivesTheNeutralElement) {
  const Tensor none = f32({0, 2}, {});
  EXPECT_THAT(reduce(ReduceFn::ReduceMax, {0}, none), ElementsAre(-kInf, -kInf));
  EXPECT_THAT(reduce(ReduceFn::ReduceMin, {0}, none), ElementsAre(kInf, kInf));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {0}, none), ElementsAre(0, 0));
  EXPECT_THAT(reduce(ReduceFn::ReduceProd, {0}, none), ElementsAre(1, 1));
  EXPECT_THAT(reduce(ReduceFn::ReduceMean, {0}, none), ElementsAre(IsNaN(), IsNaN()));
  EXPECT_THAT(reduce(ReduceFn::ReduceSum, {1}, none), ElementsAre());
}

TEST(Reduce, IntegersOfNothingGiveTheEndsOfTheirType) {
  const auto ends = [](DType dtype) {
    const Tensor none = tensor(dtype, {0}, {});
    std::vector<double> result = numbers(run_op(Reduce{.fn = ReduceFn::ReduceMax, .axes = {}}, {none}));
    result.push_back(numbers(run_op(Reduce{.fn = ReduceFn::ReduceMin, .axes = {}}, {none})).front());
    return result;
  };
  EXPECT_THAT(ends(DType::i8), ElementsAre(-128, 127));
  EXPECT_THAT(ends(DType::u8), ElementsAre(0, 255));
  EXPECT_THAT(ends(DType::i16), ElementsAre(-32768, 32767));
  EXPECT_THAT(ends(DType::i32), ElementsAre(-2147483648.0, 2147483647.0));
  EXPECT_THAT(ends(DType::u32), ElementsAre(0, 4294967295.0));
  const Tensor mean = run_op(Reduce{.fn = ReduceFn::ReduceMean, .axes = {}}, {i32({0}, {})});
  EXPECT_THAT(values<std::int32_t>(mean), ElementsAre(0));
}

TEST(Reduce, IntegerMeanIsCutTowardsZero) {
  const Reduce mean{.fn = ReduceFn::ReduceMean, .axes = {}};
  EXPECT_THAT(values<std::int32_t>(run_op(mean, {i32({2}, {-3, -4})})), ElementsAre(-3));
  EXPECT_THAT(values<std::uint8_t>(run_op(mean, {u8({2}, {255, 254})})), ElementsAre(254));
}

TEST(Reduce, IntegersAreExactAndWrap) {
  const Reduce sum{.fn = ReduceFn::ReduceSum, .axes = {}};
  const Reduce product{.fn = ReduceFn::ReduceProd, .axes = {}};
  constexpr std::int64_t kBig = std::int64_t{1} << 53;
  EXPECT_THAT(values<std::int64_t>(run_op(sum, {i64({2}, {kBig, 1})})), ElementsAre(kBig + 1));
  EXPECT_THAT(values<std::int64_t>(run_op(sum, {i64({2}, {kInt64Max, 1})})), ElementsAre(-kInt64Max - 1));
  EXPECT_THAT(values<std::int64_t>(run_op(product, {i64({2}, {kInt64Max, kInt64Max})})), ElementsAre(1));
  EXPECT_THAT(values<std::int8_t>(run_op(sum, {i8({2}, {100, 100})})), ElementsAre(-56));
}

TEST(Reduce, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor x = tensor(DType::f16, {3}, {2048, 1, 1});
  EXPECT_THAT(numbers(run_op(Reduce{.fn = ReduceFn::ReduceSum, .axes = {}}, {x})), ElementsAre(2050));
}

TEST(Reduce, WorkIsTheElementsRead) {
  const TensorType x{DType::f32, {2, 3, 4}};
  EXPECT_EQ(work(Reduce{}, std::array{&x}, {DType::f32, {1, 1, 1}}), 24);
}

TEST(Reduce, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Reduce{.fn = ReduceFn::ReduceSum, .axes = {}}, {"bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Reduce{.axes = {1}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Reduce{.axes = {-2}}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Reduce{.axes = {0}}, {"f32[]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Reduce{}, {}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
