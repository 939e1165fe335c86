#include "ops/op.h"

#include <set>

#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

double work_of(const Op& op, std::string_view operand) {
  const TensorType x = *parse_type(operand);
  const std::array types = {&x};
  return estimate_work(op, types, infer_type(op, types));
}

TEST(Op, EveryPrototypeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Op& op : op_prototypes()) EXPECT_TRUE(names.insert(op_name(op)).second) << op_name(op) << " twice";
  EXPECT_EQ(names.size(), op_prototypes().size());
}

TEST(Op, PrototypesCoverEveryAlternative) {
  std::set<std::size_t> alternatives;
  for (const Op& op : op_prototypes()) alternatives.insert(op.index());
  EXPECT_EQ(alternatives.size(), std::variant_size_v<Op>);
}

TEST(Op, PrototypesHaveDefaultFields) {
  const auto holds = [](const Op& op) { return std::ranges::find(op_prototypes(), op) != op_prototypes().end(); };
  EXPECT_TRUE(holds(ops::Conv{}));
  EXPECT_TRUE(holds(ops::Gemm{}));
  EXPECT_FALSE(holds(ops::Gemm{.alpha = 2}));
}

TEST(Op, FamiliesAreNamedByTheirMember) {
  EXPECT_EQ(op_name(ops::Conv{}), "Conv");
  EXPECT_EQ(op_name(ops::Unary{ops::UnaryFn::Tanh}), "Tanh");
  EXPECT_EQ(op_name(ops::Binary{ops::BinaryFn::Xor}), "Xor");
  EXPECT_EQ(op_name(ops::Compare{ops::CompareFn::LessOrEqual}), "LessOrEqual");
  EXPECT_EQ(op_name(ops::Reduce{.fn = ops::ReduceFn::ReduceProd, .axes = {}}), "ReduceProd");
  EXPECT_EQ(op_name(ops::Quantize{}), "QuantizeLinear");
}

TEST(Op, EveryEnumNameParsesBack) {
  for (const std::string_view name : ops::kEnumNames<ops::UnaryFn>) {
    EXPECT_EQ(ops::enum_name(ops::parse_enum<ops::UnaryFn>(name).value()), name);
  }
  EXPECT_EQ(ops::parse_enum<ops::PadMode>("wrap"), ops::PadMode::wrap);
  EXPECT_EQ(ops::parse_enum<ops::PadMode>("Wrap"), std::nullopt);
}

TEST(Op, EveryOpNeedsAnOperand) {
  for (const Op& op : op_prototypes()) {
    SCOPED_TRACE(op_name(op));
    EXPECT_EQ(error_of(op, {}), ErrorCode::argument);
    EXPECT_EQ(error_of(op, {"", "f32[1]"}), ErrorCode::argument);
  }
}

TEST(Op, EqualityComparesOpAndFields) {
  EXPECT_EQ(Op(ops::Cast{.to = DType::i8}), Op(ops::Cast{.to = DType::i8}));
  EXPECT_NE(Op(ops::Cast{.to = DType::i8}), Op(ops::Cast{.to = DType::u8}));
  EXPECT_NE(Op(ops::Quantize{}), Op(ops::Dequantize{}));
}

TEST(InferType, RefusesResultsOfTwoGigabytes) {
  EXPECT_EQ(error_of(ops::Cast{.to = DType::f64}, {"f32[300000000]"}), ErrorCode::shape);
  EXPECT_EQ(error_of(ops::Binary{}, {"f32[40000,1]", "f32[40000]"}), ErrorCode::shape);
}

TEST(EstimateWork, IsAnElementEachUnlessTheOpKnowsBetter) {
  EXPECT_EQ(work_of(ops::Unary{ops::UnaryFn::Relu}, "f32[2,3]"), 6);
  EXPECT_EQ(work_of(ops::Transpose{.perm = {1, 0}}, "f32[2,3]"), 6);
  EXPECT_EQ(work_of(ops::Reshape{.shape = {6}}, "f32[2,3]"), 0);
  EXPECT_EQ(work_of(ops::Reduce{}, "f32[2,3]"), 6);
  EXPECT_EQ(work_of(ops::Unary{}, "f32[2,0]"), 0);
}

TEST(CountMacs, CountsConvolutionsAndMatrixProductsOnly) {
  const TensorType a{DType::f32, {2, 3}};
  const TensorType b{DType::f32, {3, 4}};
  const std::array types = {&a, &b};
  const TensorType y{DType::f32, {2, 4}};
  EXPECT_EQ(count_macs(ops::MatMul{}, types, y), 24);
  EXPECT_EQ(count_macs(ops::Gemm{}, types, y), 24);
  EXPECT_EQ(count_macs(ops::Unary{}, types, a), 0);
  const TensorType x{DType::f32, {1, 1, 4}};
  const TensorType w{DType::f32, {2, 1, 3}};
  EXPECT_EQ(count_macs(ops::Conv{}, std::array{&x, &w}, {DType::f32, {1, 2, 2}}), 12);
}

}  // namespace

}  // namespace exeunt
