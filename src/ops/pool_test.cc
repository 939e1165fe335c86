#include "ops/pool.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Stride and dilation 1, no padding.
Pool plain_pool(PoolFn fn, Ints kernel) {
  const std::size_t spatial = kernel.size();
  Pool op;
  op.fn = fn;
  op.kernel = std::move(kernel);
  op.strides = op.dilations = Ints(spatial, 1);
  op.pads = Ints(2 * spatial, 0);
  return op;
}

Pool pool1(PoolFn fn, std::int64_t kernel, std::int64_t stride, Ints pads) {
  Pool op = plain_pool(fn, {kernel});
  op.strides = {stride};
  op.pads = std::move(pads);
  return op;
}

TEST(MaxPool, TakesTheLargestInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(plain_pool(PoolFn::max, {2}), {tensor(dtype, {1, 1, 4}, {1, 3, 2, 0})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 1, 3}}));
    EXPECT_THAT(numbers(y), ElementsAre(3, 3, 2));
  }
}

TEST(MaxPool, PaddingNeverWins) {
  for (const DType dtype : kSigned) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(pool1(PoolFn::max, 2, 1, {1, 0}), {tensor(dtype, {1, 1, 3}, {-5, -3, -9})});
    EXPECT_THAT(numbers(y), ElementsAre(-5, -3, -3));
  }
}

TEST(MaxPool, NaNWinsWhereverItStands) {
  const Tensor x = f32({1, 1, 5}, {1, kNaN, 2, 3, 1});
  EXPECT_THAT(values<float>(run_op(plain_pool(PoolFn::max, {2}), {x})), ElementsAre(IsNaN(), IsNaN(), 3, 3));
  const Tensor first = f32({1, 1, 3}, {kNaN, kInf, 1});
  EXPECT_THAT(values<float>(run_op(plain_pool(PoolFn::max, {3}), {first})), ElementsAre(IsNaN()));
}

TEST(MaxPool, MinusInfinityIsAValue) {
  const Tensor x = f32({1, 1, 2}, {-kInf, -kInf});
  EXPECT_THAT(values<float>(run_op(plain_pool(PoolFn::max, {2}), {x})), ElementsAre(-kInf));
}

TEST(MaxPool, EachChannelAndSampleIsPooledAlone) {
  const Tensor y = run_op(plain_pool(PoolFn::max, {2}), {f32({2, 2, 2}, {1, 2, 4, 3, 5, 6, 8, 7})});
  EXPECT_EQ(y.shape(), (Shape{2, 2, 1}));
  EXPECT_THAT(values<float>(y), ElementsAre(2, 4, 6, 8));
}

TEST(MaxPool, TwoAxesWithUnevenPads) {
  Pool op = plain_pool(PoolFn::max, {2, 2});
  op.pads = {1, 0, 0, 1};
  const Tensor y = run_op(op, {counting({1, 1, 3, 3})});
  EXPECT_THAT(values<float>(y), ElementsAre(2, 3, 3, 5, 6, 6, 8, 9, 9));
}

TEST(MaxPool, ThreeAxes) {
  const Tensor y = run_op(plain_pool(PoolFn::max, {2, 2, 2}), {counting({1, 1, 2, 3, 3})});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 1, 2, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(14, 15, 17, 18));
}

TEST(MaxPool, DilationSpreadsTheWindow) {
  Pool op = plain_pool(PoolFn::max, {2, 2});
  op.dilations = op.strides = {2, 2};
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 5, 5})})), ElementsAre(13, 15, 23, 25));
}

TEST(MaxPool, DilatedWindowOverPaddingAloneIsTheLowestValue) {
  Pool op = pool1(PoolFn::max, 2, 1, {1, 1});
  op.dilations = {2};
  EXPECT_THAT(values<float>(run_op(op, {f32({1, 1, 1}, {-3})})), ElementsAre(-kInf));
  EXPECT_THAT(values<std::int8_t>(run_op(op, {i8({1, 1, 1}, {-3})})), ElementsAre(-128));
}

TEST(MaxPool, CeilModeHangsTheLastWindowOverTheEnd) {
  Pool op = plain_pool(PoolFn::max, {3, 3});
  op.strides = {2, 2};
  EXPECT_EQ(result_type(op, {"f32[1,1,4,4]"}), "f32[1,1,1,1]");
  op.ceil_mode = true;
  const Tensor y = run_op(op, {counting({1, 1, 4, 4})});
  EXPECT_EQ(y.shape(), (Shape{1, 1, 2, 2}));
  EXPECT_THAT(values<float>(y), ElementsAre(11, 12, 15, 16));
}

TEST(MaxPool, CeilModeStartsNoWindowInTheRightPadding) {
  Pool op = pool1(PoolFn::max, 2, 3, {1, 1});
  op.ceil_mode = true;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 5})})), ElementsAre(1, 4));
  op = pool1(PoolFn::max, 2, 2, {0, 1});
  op.ceil_mode = true;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 2})})), ElementsAre(2));
}

TEST(AveragePool, DividesTheSumInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(plain_pool(PoolFn::average, {2}), {tensor(dtype, {1, 1, 3}, {1, 2, 4})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 1, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(1.5, 3));
  }
}

TEST(AveragePool, PaddingIsNotCounted) {
  const Tensor y = run_op(pool1(PoolFn::average, 3, 1, {1, 1}), {counting({1, 1, 4})});
  EXPECT_THAT(values<float>(y), ElementsAre(1.5F, 2, 3, 3.5F));
}

TEST(AveragePool, PaddingIsCountedIfAsked) {
  Pool op = pool1(PoolFn::average, 3, 1, {1, 1});
  op.count_include_pad = true;
  EXPECT_THAT(numbers(run_op(op, {counting({1, 1, 4})})), near({1, 2, 3, 7 / 3.0}, 1e-6));
  op.pads = {2, 0};
  EXPECT_THAT(numbers(run_op(op, {counting({1, 1, 4})})), near({1 / 3.0, 1, 2, 3}, 1e-6));
}

TEST(AveragePool, WhatCeilModeHangsOverIsNeverCounted) {
  Pool op = pool1(PoolFn::average, 2, 2, {0, 0});
  op.ceil_mode = true;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 5})})), ElementsAre(1.5F, 3.5F, 5));
  op.count_include_pad = true;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 5})})), ElementsAre(1.5F, 3.5F, 5));
}

// The literals of this and the next two come from ONNX Runtime.
TEST(AveragePool, CeilModeCountsThePaddingItReachesButNothingBeyond) {
  Pool op = pool1(PoolFn::average, 3, 2, {1, 1});
  op.ceil_mode = op.count_include_pad = true;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 6})})), ElementsAre(1, 3, 5, 3));
  op.count_include_pad = false;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 6})})), ElementsAre(1.5F, 3, 5, 6));
  op = pool1(PoolFn::average, 4, 3, {1, 1});
  op.ceil_mode = op.count_include_pad = true;
  EXPECT_THAT(numbers(run_op(op, {counting({1, 1, 4})})), near({1.5, 7 / 3.0}, 1e-6));
}

TEST(AveragePool, CeilModeOnTwoAxesCountsTheCorner) {
  Pool op = plain_pool(PoolFn::average, {3, 3});
  op.strides = {2, 2};
  op.pads = {1, 1, 1, 1};
  op.ceil_mode = op.count_include_pad = true;
  const Tensor y = run_op(op, {counting({1, 1, 4, 4})});
  EXPECT_THAT(numbers(y), near({14 / 9.0, 30 / 9.0, 2, 57 / 9.0, 11, 6, 4.5, 7.5, 4}, 1e-6));
}

TEST(AveragePool, DilatedTapsBeyondThePaddingAreNotCounted) {
  Pool op = pool1(PoolFn::average, 2, 3, {1, 1});
  op.dilations = {2};
  op.ceil_mode = op.count_include_pad = true;
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 6})})), ElementsAre(1, 4, 6));
}

TEST(AveragePool, DilatedWindowOverPaddingAloneIsZero) {
  Pool op = pool1(PoolFn::average, 2, 1, {1, 1});
  op.dilations = {2};
  EXPECT_THAT(values<float>(run_op(op, {f32({1, 1, 1}, {-3})})), ElementsAre(0));
}

TEST(AveragePool, ThreeAxesAndNaN) {
  const Pool op = plain_pool(PoolFn::average, {2, 2, 2});
  EXPECT_THAT(values<float>(run_op(op, {counting({1, 1, 2, 2, 2})})), ElementsAre(4.5F));
  const Tensor x = f32({1, 1, 3}, {kNaN, 1, 3});
  EXPECT_THAT(values<float>(run_op(plain_pool(PoolFn::average, {2}), {x})), ElementsAre(IsNaN(), 2));
}

TEST(AveragePool, ShortFloatsAreRoundedOnlyAtTheEnd) {
  const Tensor x = tensor(DType::f16, {1, 1, 4}, {2048, 1, 1, 2});
  EXPECT_THAT(numbers(run_op(plain_pool(PoolFn::average, {4}), {x})), ElementsAre(513));
}

TEST(LpPool, IsTheNormOfAWindowInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    Pool op = plain_pool(PoolFn::lp, {2});
    EXPECT_THAT(numbers(run_op(op, {tensor(dtype, {1, 1, 3}, {3, -4, 0})})), ElementsAre(5, 4));
    op.p = 1;
    EXPECT_THAT(numbers(run_op(op, {tensor(dtype, {1, 1, 3}, {3, -4, 0})})), ElementsAre(7, 4));
  }
}

TEST(LpPool, PaddingIsZeroAndHigherPowersWork) {
  EXPECT_THAT(values<float>(run_op(pool1(PoolFn::lp, 2, 1, {1, 1}), {f32({1, 1, 2}, {3, 4})})), ElementsAre(3, 5, 4));
  Pool op = plain_pool(PoolFn::lp, {2, 2});
  op.p = 3;
  EXPECT_THAT(numbers(run_op(op, {f32({1, 1, 2, 2}, {3, -4, 5, 0})})), near({6}, 1e-6));
  op.p = 0;
  EXPECT_EQ(error_of(op, {"f32[1,1,4,4]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(plain_pool(PoolFn::lp, {2}), {"i32[1,1,4]"}), ErrorCode::dtype);
}

TEST(Pool, EmptyBatch) {
  EXPECT_EQ(run_op(plain_pool(PoolFn::max, {2}), {f32({0, 3, 4}, {})}).shape(), (Shape{0, 3, 3}));
  EXPECT_EQ(run_op(plain_pool(PoolFn::average, {2}), {f32({2, 0, 4}, {})}).shape(), (Shape{2, 0, 3}));
}

TEST(Pool, CountsATapAnElement) {
  EXPECT_EQ(work(plain_pool(PoolFn::max, {2, 3}), {}, {DType::f32, {1, 4, 5, 6}}), 4 * 5 * 6 * 2 * 3);
}

TEST(Pool, RefusesTypesItCannotPool) {
  EXPECT_EQ(error_of(plain_pool(PoolFn::max, {2}), {"bool[1,1,4]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_pool(PoolFn::average, {2}), {"i32[1,1,4]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(plain_pool(PoolFn::max, {2}), {"f32[1,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_pool(PoolFn::max, {2, 2, 2, 2}), {"f32[1,1,4,4,4,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_pool(PoolFn::max, {5}), {"f32[1,1,4]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(plain_pool(PoolFn::max, {2}), {}), ErrorCode::argument);
}

TEST(Pool, RefusesPaddingAsLargeAsTheWindow) {
  EXPECT_EQ(error_of(pool1(PoolFn::max, 2, 1, {1, 1}), {"f32[1,1,4]"}), std::nullopt);
  EXPECT_EQ(error_of(pool1(PoolFn::max, 2, 1, {2, 0}), {"f32[1,1,4]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(pool1(PoolFn::max, 2, 1, {0, 2}), {"f32[1,1,4]"}), ErrorCode::argument);
}

TEST(Pool, RefusesSettingsOfTheWrongCountOrRange) {
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  const auto broken = [](auto change) {
    Pool op = plain_pool(PoolFn::max, {2, 2});
    change(op);
    return error_of(op, {"f32[1,1,4,4]"});
  };
  EXPECT_EQ(broken([](Pool& op) { op.kernel = {2}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.kernel = {kHuge, 2}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.kernel = {0, 2}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.strides = {}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.strides = {1, 0}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.dilations = {1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.dilations = {kHuge, 1}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.pads = {0, 0}; }), ErrorCode::argument);
  EXPECT_EQ(broken([](Pool& op) { op.pads = {0, 0, -1, 0}; }), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
