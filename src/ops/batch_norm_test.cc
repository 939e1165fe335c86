#include "ops/batch_norm.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

const std::vector<std::string_view> kTypes = {"f32[4,3,8]", "f32[3]", "f32[3]", "f32[3]", "f32[3]"};

TEST(BatchNorm, NormalisesEachChannelByItsOwnParameters) {
  const auto parameter = [](double a, double b) { return std::vector<double>{a, b}; };
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y =
        run_op(BatchNorm{.epsilon = 1}, {tensor(dtype, {1, 2, 2}, {1, 2, 3, 4}), tensor(dtype, {2}, parameter(2, -1)),
                                         tensor(dtype, {2}, parameter(10, 0.5)), tensor(dtype, {2}, parameter(1, 3)),
                                         tensor(dtype, {2}, parameter(3, 0))});
    // Channel 0: (x - 1) / sqrt(3 + 1) * 2 + 10. Channel 1: (x - 3) / sqrt(0 + 1) * -1 + 0.5.
    EXPECT_EQ(y.type(), (TensorType{dtype, {1, 2, 2}}));
    EXPECT_THAT(numbers(y), ElementsAre(10, 11, 0.5, -0.5));
  }
}

TEST(BatchNorm, ReturnsToTheFirstChannelWithEachSample) {
  const Tensor one = f32({2}, {1, 1});
  const Tensor zero = f32({2}, {0, 0});
  const Tensor y = run_op(BatchNorm{.epsilon = 0}, {f32({2, 2}, {1, 2, 3, 4}), f32({2}, {10, 100}), zero, zero, one});
  EXPECT_THAT(values<float>(y), ElementsAre(10, 200, 30, 400));
}

TEST(BatchNorm, TakesEmptyBatchesAndPlanes) {
  EXPECT_EQ(result_type(BatchNorm{}, {"f32[0,3,8]", "f32[3]", "f32[3]", "f32[3]", "f32[3]"}), "f32[0,3,8]");
  const Tensor p = f32({3}, {1, 1, 1});
  EXPECT_EQ(run_op(BatchNorm{}, {f32({0, 3, 8}, {}), p, p, p, p}).elements(), 0);
  EXPECT_EQ(run_op(BatchNorm{}, {f32({2, 3, 0}, {}), p, p, p, p}).elements(), 0);
}

TEST(BatchNorm, PassesNaNOn) {
  const Tensor one = f32({1}, {1});
  EXPECT_THAT(values<float>(run_op(BatchNorm{}, {f32({1, 1}, {kNaN}), one, one, one, one})), ElementsAre(IsNaN()));
}

TEST(BatchNorm, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(BatchNorm{}, kTypes), std::nullopt);
  for (std::size_t i = 1; i < 5; ++i) {
    SCOPED_TRACE(i);
    auto types = kTypes;
    types[i] = "f32[8]";
    EXPECT_EQ(error_of(BatchNorm{}, types), ErrorCode::shape);
    types[i] = "f32[3,1]";
    EXPECT_EQ(error_of(BatchNorm{}, types), ErrorCode::shape);
    types[i] = "f64[3]";
    EXPECT_EQ(error_of(BatchNorm{}, types), ErrorCode::dtype);
    types[i] = "";
    EXPECT_EQ(error_of(BatchNorm{}, types), ErrorCode::argument);
  }
  EXPECT_EQ(error_of(BatchNorm{}, {"i32[4,3]", "i32[3]", "i32[3]", "i32[3]", "i32[3]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(BatchNorm{}, {"f32[3]", "f32[3]", "f32[3]", "f32[3]", "f32[3]"}), ErrorCode::shape);
}

}  // namespace

}  // namespace exeunt::ops
