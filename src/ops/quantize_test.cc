#include "ops/quantize.h"

#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

Tensor scale(float value) { return f32({}, {value}); }

TEST(Quantize, RoundsTiesToEvenBeforeAddingTheZeroPoint) {
  const Tensor x = f32({5}, {0.5F, 1.5F, 2.5F, -0.5F, -1.5F});
  EXPECT_THAT(values<std::int8_t>(run_op(Quantize{}, {x, scale(1), i8({}, {0})})), ElementsAre(0, 2, 2, 0, -2));
  EXPECT_THAT(values<std::int8_t>(run_op(Quantize{}, {x, scale(1), i8({}, {1})})), ElementsAre(1, 3, 3, 1, -1));
}

TEST(Quantize, DividesInFloatSoThatTiesStayTies) {
  // 0.15F / 0.1F is 1.5 in float, but 1.50000003 in double.
  const Tensor x = f32({5}, {0.15F, 0.25F, 0.35F, 0.45F, 0.55F});
  EXPECT_THAT(values<std::uint8_t>(run_op(Quantize{}, {x, scale(0.1F), u8({}, {0})})), ElementsAre(2, 2, 4, 4, 6));
}

TEST(Quantize, SaturatesAtTheEndsOfEachType) {
  const Tensor x = f32({4}, {1e9F, -1e9F, kInf, -kInf});
  const auto ends = [&](DType to) { return numbers(run_op(Quantize{}, {x, scale(1), tensor(to, {}, {1})})); };
  EXPECT_THAT(ends(DType::i8), ElementsAre(127, -128, 127, -128));
  EXPECT_THAT(ends(DType::u8), ElementsAre(255, 0, 255, 0));
  EXPECT_THAT(ends(DType::i16), ElementsAre(32767, -32768, 32767, -32768));
  EXPECT_THAT(ends(DType::u16), ElementsAre(65535, 0, 65535, 0));
}

TEST(Quantize, ReachesTheEndsExactly) {
  const Tensor x = f32({4}, {127.5F, 126.5F, -128.5F, -127.5F});
  EXPECT_THAT(values<std::int8_t>(run_op(Quantize{}, {x, scale(1), i8({}, {0})})), ElementsAre(127, 126, -128, -128));
}

TEST(Quantize, WithoutZeroPointGivesU8) {
  EXPECT_EQ(result_type(Quantize{}, {"f32[2,3]", "f32[]"}), "u8[2,3]");
  EXPECT_THAT(values<std::uint8_t>(run_op(Quantize{}, {f32({3}, {-1, 4, 600}), scale(2)})), ElementsAre(0, 2, 255));
}

TEST(Quantize, HasOneScalePerIndexOfTheAxis) {
  const Tensor x = f32({1, 3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor scales = f32({3}, {1, 2, 0.5F});
  const Tensor zeros = u8({3}, {0, 10, 1});
  for (const std::int64_t axis : {1, -2}) {
    const Tensor y = run_op(Quantize{.axis = axis}, {x, scales, zeros});
    EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(1, 2, 12, 12, 11, 13));
  }
}

TEST(Quantize, HasOneScalePerBlock) {
  const Tensor x = f32({2, 3}, {2, 4, 6, 8, 10, 12});
  // Blocks of 2 along axis 1: the last one is short.
  const Tensor columns =
      run_op(Quantize{.axis = 1, .block = 2}, {x, f32({2, 2}, {1, 2, 1, 4}), u8({2, 2}, {0, 1, 2, 3})});
  EXPECT_THAT(values<std::uint8_t>(columns), ElementsAre(2, 4, 4, 10, 12, 6));
  const Tensor rows = run_op(Quantize{.axis = 0, .block = 2}, {x, f32({1, 3}, {1, 2, 3})});
  EXPECT_THAT(values<std::uint8_t>(rows), ElementsAre(2, 2, 2, 8, 5, 4));
}

TEST(Quantize, OneScaleServesAnyAxis) {
  const Tensor y = run_op(Quantize{.axis = 7}, {f32({2}, {2, 4}), f32({1}, {2}), u8({1}, {1})});
  EXPECT_THAT(values<std::uint8_t>(y), ElementsAre(2, 3));
}

TEST(Quantize, TakesEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Quantize{}, {tensor(dtype, {2}, {3, -3}), tensor(dtype, {}, {2}), i8({}, {0})});
    EXPECT_THAT(values<std::int8_t>(y), ElementsAre(2, -2));
  }
}

TEST(Quantize, NaNGivesZero) {
  EXPECT_THAT(values<std::uint8_t>(run_op(Quantize{}, {f32({1}, {kNaN}), scale(1), u8({}, {3})})), ElementsAre(0));
}

TEST(Quantize, EmptyTensor) {
  EXPECT_EQ(run_op(Quantize{}, {f32({0, 2}, {}), scale(1)}).shape(), (Shape{0, 2}));
  EXPECT_EQ(run_op(Quantize{.axis = 0}, {f32({0, 2}, {}), f32({0}, {}), i8({0}, {})}).shape(), (Shape{0, 2}));
}

TEST(Quantize, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Quantize{}, {"i32[2]", "f32[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2]", "i32[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2]", "f32[]", "i32[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2]", "f32[]", "bool[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2,3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2,3]", "f32[3]", "u8[]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Quantize{.axis = 2}, {"f32[2,3]", "f32[3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Quantize{.block = 2}, {"f32[2,3]", "f32[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Quantize{.block = 2}, {"f32[2,3]", "f32[2,2]", "u8[2,3]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Quantize{.block = -1}, {"f32[2,3]", "f32[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Quantize{.axis = 2, .block = 1}, {"f32[2,3]", "f32[2,3]"}), ErrorCode::argument);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2,4]", "f32[2,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Quantize{}, {"f32[2]"}), ErrorCode::argument);
}

TEST(Dequantize, SubtractsTheZeroPointAndScales) {
  for (const DType dtype : {DType::i8, DType::u8, DType::i16, DType::u16, DType::i32}) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor x = tensor(dtype, {3}, {0, 3, 100});
    const Tensor y = run_op(Dequantize{}, {x, scale(0.5F), tensor(dtype, {}, {3})});
    EXPECT_EQ(y.type(), (TensorType{DType::f32, {3}}));
    EXPECT_THAT(values<float>(y), ElementsAre(-1.5F, 0, 48.5F));
  }
}

TEST(Dequantize, ReachesBeyondTheRangeOfX) {
  EXPECT_THAT(values<float>(run_op(Dequantize{}, {i8({1}, {-128}), scale(1), i8({}, {127})})), ElementsAre(-255));
}

TEST(Dequantize, AccumulatorsNeedNoZeroPoint) {
  EXPECT_THAT(values<float>(run_op(Dequantize{}, {i32({2}, {7, -7}), scale(0.5F)})), ElementsAre(3.5F, -3.5F));
}

TEST(Dequantize, HasOneScalePerIndexOfTheAxis) {
  const Tensor x = u8({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor y = run_op(Dequantize{.axis = 1}, {x, f32({3}, {1, 10, 100}), u8({3}, {1, 2, 3})});
  EXPECT_THAT(values<float>(y), ElementsAre(0, 0, 0, 3, 30, 300));
  const Tensor z = run_op(Dequantize{.axis = 0}, {x, f32({2}, {1, 10})});
  EXPECT_THAT(values<float>(z), ElementsAre(1, 2, 3, 40, 50, 60));
}

TEST(Dequantize, HasOneScalePerBlock) {
  const Tensor y =
      run_op(Dequantize{.axis = -1, .block = 2}, {i8({4}, {1, 2, 3, 4}), f32({2}, {1, 10}), i8({2}, {0, 1})});
  EXPECT_THAT(values<float>(y), ElementsAre(1, 2, 20, 30));
}

TEST(Dequantize, TakesTheTypeOfTheScale) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor y = run_op(Dequantize{}, {i8({2}, {3, -2}), tensor(dtype, {}, {0.5})});
    EXPECT_EQ(y.type(), (TensorType{dtype, {2}}));
    EXPECT_THAT(numbers(y), ElementsAre(1.5, -1));
  }
}

TEST(Dequantize, RefusesOperandsThatDoNotFit) {
  EXPECT_EQ(error_of(Dequantize{}, {"f32[2]", "f32[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Dequantize{}, {"u32[2]", "f32[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Dequantize{}, {"i64[2]", "f32[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Dequantize{}, {"i8[2]", "i8[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Dequantize{}, {"i8[2]", "f32[]", "u8[]"}), ErrorCode::dtype);
  EXPECT_EQ(error_of(Dequantize{}, {"i8[2,3]", "f32[2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Dequantize{}, {"i8[2,3]", "f32[3]", "i8[1]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Dequantize{}, {"i8[2,4]", "f32[2,2]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(Dequantize{}, {"i8[2]"}), ErrorCode::argument);
}

}  // namespace

}  // namespace exeunt::ops
