#include "ops/scatter.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// {1, 2, 3, 4} updated at index 1 with 5, then with 3, then at index 3 with 2.
std::vector<double> scatter4(DType dtype, ScatterFn fn) {
  const Tensor data = tensor(dtype, {4}, {1, 2, 3, 4});
  const Tensor updates = tensor(dtype, {3}, {5, 3, 2});
  const Tensor y = run_op(ScatterElements{.fn = fn}, {data, i64({3}, {1, 1, 3}), updates});
  EXPECT_EQ(y.type(), data.type());
  const Tensor same = run_op(ScatterND{.fn = fn}, {data, i64({3, 1}, {1, 1, 3}), updates});
  EXPECT_EQ(numbers(same), numbers(y));
  return numbers(y);
}

TEST(Scatter, AppliesUpdatesInTheirOrderInEveryNumericType) {
  for (const DType dtype : kNumbers) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_THAT(scatter4(dtype, ScatterFn::none), ElementsAre(1, 3, 3, 2));
    EXPECT_THAT(scatter4(dtype, ScatterFn::add), ElementsAre(1, 10, 3, 6));
    EXPECT_THAT(scatter4(dtype, ScatterFn::mul), ElementsAre(1, 30, 3, 8));
    EXPECT_THAT(scatter4(dtype, ScatterFn::max), ElementsAre(1, 5, 3, 4));
    EXPECT_THAT(scatter4(dtype, ScatterFn::min), ElementsAre(1, 2, 3, 2));
  }
}

TEST(Scatter, BoolsAddAsOrAndMultiplyAsAnd) {
  const auto run = [](ScatterFn fn) {
    const Tensor x = boolean({4}, {false, false, true, true});
    const Tensor updates = boolean({4}, {false, true, false, true});
    return values<bool>(run_op(ScatterElements{.fn = fn}, {x, i64({4}, {0, 1, 2, 3}), updates}));
  };
  EXPECT_THAT(run(ScatterFn::none), ElementsAre(false, true, false, true));
  EXPECT_THAT(run(ScatterFn::add), ElementsAre(false, true, true, true));
  EXPECT_THAT(run(ScatterFn::mul), ElementsAre(false, false, false, true));
  EXPECT_THAT(run(ScatterFn::max), ElementsAre(false, true, true, true));
  EXPECT_THAT(run(ScatterFn::min), ElementsAre(false, false, false, true));
}

TEST(Scatter, IntegersWrap) {
  const Tensor y = run_op(ScatterElements{.fn = ScatterFn::add}, {i8({1}, {127}), i64({1}, {0}), i8({1}, {2})});
  EXPECT_THAT(values<std::int8_t>(y), ElementsAre(-127));
}

TEST(Scatter, NaNWins) {
  for (const ScatterFn fn : {ScatterFn::max, ScatterFn::min}) {
    const Tensor x = f32({2}, {kNaN, 1});
    const Tensor y = run_op(ScatterElements{.fn = fn}, {x, i64({2}, {0, 1}), f32({2}, {2, kNaN})});
    EXPECT_THAT(values<float>(y), ElementsAre(IsNaN(), IsNaN()));
  }
}

TEST(ScatterElements, KeepsItsPlaceOnOtherAxes) {
  const Tensor data = f32({2, 3}, {0, 0, 0, 0, 0, 0});
  const Tensor updates = f32({2, 2}, {1, 2, 3, 4});
  const Tensor columns = run_op(ScatterElements{.axis = -1}, {data, i32({2, 2}, {2, 0, 1, -1}), updates});
  EXPECT_THAT(values<float>(columns), ElementsAre(2, 0, 1, 0, 3, 4));
  const Tensor rows = run_op(ScatterElements{.axis = 0}, {data, i64({2, 2}, {1, 0, 0, 1}), updates});
  EXPECT_THAT(values<float>(rows), ElementsAre(3, 2, 0, 1, 4, 0));
}

TEST(ScatterND, ShortRowsUpdateSlices) {
  const Tensor data = counting({3, 2});
  const Tensor y = run_op(ScatterND{}, {data, i64({2, 1}, {2, 0}), f32({2, 2}, {10, 20, 30, 40})});
  EXPECT_THAT(values<float>(y), ElementsAre(30, 40, 3, 4, 10, 20));
  const Tensor one = run_op(ScatterND{}, {data, i32({2}, {1, -1}), f32({}, {9})});
  EXPECT_THAT(values<float>(one), ElementsAre(1, 2, 3, 9, 5, 6));
}

TEST(Scatter, NoUpdatesGiveACopy) {
  EXPECT_THAT(values<float>(run_op(ScatterElements{}, {f32({2}, {1, 2}), i64({0}, {}), f32({0}, {})})),
              ElementsAre(1, 2));
  EXPECT_THAT(values<float>(run_op(ScatterND{}, {f32({2}, {1, 2}), i64({0, 1}, {}), f32({0}, {})})), ElementsAre(1, 2));
  EXPECT_EQ(run_op(ScatterND{}, {f32({0, 2}, {}), i64({0, 1}, {}), f32({0, 2}, {})}).shape(), (Shape{0, 2}));
}

TEST(Scatter, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(ScatterElements{}, {"f32[3]", "f32[3]", "f32[3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(ScatterElements{}, {"f32[3]", "i64[3]", "f16[3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(ScatterElements{}, {"f32[3]", "i64[3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScatterElements{.axis = 1}, {"f32[1,3]", "i64[2,3]", "f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScatterElements{.axis = 1}, {"f32[3]", "i64[3]", "f32[3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(ScatterND{}, {"f32[3]", "i64[2,1]", "i32[2]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(ScatterND{}, {"f32[3]", "i64[2,2]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScatterND{}, {"f32[3,4]", "i64[2,1]", "f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ScatterND{}, {"f32[0]", "i64[2,1]", "f32[2]"}), ErrorCode::shape);
}

}  // namespace

}  // namespace exeunt::ops
