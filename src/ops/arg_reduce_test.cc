#include "ops/arg_reduce.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<std::int64_t> places(const ArgReduce& op, const Tensor& x) { return values<std::int64_t>(run_op(op, {x})); }

TEST(ArgReduce, FindsTheFirstOfTheLargestInEveryNumberType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {2, 3}, {1, 5, 5, 4, 2, 2});
    EXPECT_THAT(places({.fn = ArgReduceFn::ArgMax, .axis = 1}, x), ElementsAre(1, 0));
    EXPECT_THAT(places({.fn = ArgReduceFn::ArgMin, .axis = 1}, x), ElementsAre(0, 1));
  }
}

TEST(ArgReduce, OrTheLast) {
  const Tensor x = f32({2, 3}, {5, 1, 5, 2, 4, 2});
  EXPECT_THAT(places({.fn = ArgReduceFn::ArgMax, .axis = 1, .select_last_index = true}, x), ElementsAre(2, 1));
  EXPECT_THAT(places({.fn = ArgReduceFn::ArgMin, .axis = 1, .select_last_index = true}, x), ElementsAre(1, 2));
}

TEST(ArgReduce, AnyAxisFromEitherEnd) {
  const Tensor x = f32({2, 2, 2}, {1, 8, 3, 4, 5, 6, 7, 2});
  EXPECT_THAT(places({.axis = 0}, x), ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(places({.axis = 1}, x), ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(places({.axis = -1}, x), ElementsAre(1, 1, 1, 0));
}

TEST(ArgReduce, SixtyFourBitsAreExact) {
  constexpr std::int64_t kBig = std::int64_t{1} << 53;
  EXPECT_THAT(places({}, i64({3}, {kBig, kBig + 1, kBig})), ElementsAre(1));
}

TEST(ArgReduce, NaNWins) {
  EXPECT_THAT(places({}, f32({4}, {1, kNaN, kInf, kNaN})), ElementsAre(1));
  EXPECT_THAT(places({.select_last_index = true}, f32({4}, {1, kNaN, kInf, kNaN})), ElementsAre(3));
  EXPECT_THAT(places({.fn = ArgReduceFn::ArgMin}, f32({3}, {-kInf, kNaN, 1})), ElementsAre(1));
}

TEST(ArgReduce, KeepdimsLeavesAOne) {
  EXPECT_EQ(result_type(ArgReduce{.axis = 1}, {"f32[2,3,4]"}), "i64[2,1,4]");
  EXPECT_EQ(result_type(ArgReduce{.axis = 1, .keepdims = false}, {"f32[2,3,4]"}), "i64[2,4]");
  EXPECT_EQ(run_op(ArgReduce{.axis = 1}, {f32({0, 3}, {})}).shape(), (Shape{0, 1}));
}

TEST(ArgReduce, WorkIsTheElementsRead) {
  const TensorType x{DType::f32, {2, 3, 4}};
  EXPECT_EQ(work(ArgReduce{}, std::array{&x}, {DType::i64, {1, 3, 4}}), 24);
}

TEST(ArgReduce, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(ArgReduce{}, {"bool[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(ArgReduce{}, {"f32[0,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ArgReduce{.axis = 1}, {"f32[2]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(ArgReduce{}, {"f32[]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
