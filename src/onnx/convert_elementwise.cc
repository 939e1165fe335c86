#include <limits>

#include "base/dtype.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

Values convert_unary(NodeContext& node) {
  return {node.add(ops::Unary{*ops::parse_enum<ops::UnaryFn>(node.op_type())}, {node.operand(0)})};
}

Values convert_binary(NodeContext& node) {
  return {node.add(ops::Binary{*ops::parse_enum<ops::BinaryFn>(node.op_type())}, {node.operand(0), node.operand(1)})};
}

/// All operands, of any number, combined one after the other.
ValueId combine(NodeContext& node, ops::BinaryFn fn) {
  ValueId result = node.operand(0);
  for (std::size_t i = 1; i < node.operand_count(); ++i) result = node.add(ops::Binary{fn}, {result, node.operand(i)});
  return result;
}

Values convert_variadic(NodeContext& node) {
  return {
      combine(node, node.op_type() == "Sum" ? ops::BinaryFn::Add : *ops::parse_enum<ops::BinaryFn>(node.op_type()))};
}

Values convert_mean(NodeContext& node) {
  const ValueId count = node.add_scalar(node.type(0).dtype, static_cast<double>(node.operand_count()));
  return {node.add(ops::Binary{ops::BinaryFn::Div}, {combine(node, ops::BinaryFn::Add), count})};
}

Values convert_mod(NodeContext& node) {
  const auto fn = node.integer("fmod", 0) != 0 ? ops::BinaryFn::Fmod : ops::BinaryFn::Mod;
  return {node.add(ops::Binary{fn}, {node.operand(0), node.operand(1)})};
}

Values convert_bit_shift(NodeContext& node) {
  const std::string direction = node.text("direction", "");
  require(direction == "LEFT" || direction == "RIGHT", ErrorCode::format, "direction is '{}'", direction);
  const auto fn = direction == "LEFT" ? ops::BinaryFn::BitShiftLeft : ops::BinaryFn::BitShiftRight;
  return {node.add(ops::Binary{fn}, {node.operand(0), node.operand(1)})};
}

Values convert_compare(NodeContext& node) {
  return {node.add(ops::Compare{*ops::parse_enum<ops::CompareFn>(node.op_type())}, {node.operand(0), node.operand(1)})};
}

/// Only NaN differs from itself.
Values convert_is_nan(NodeContext& node) {
  const ValueId same = node.add(ops::Compare{ops::CompareFn::Equal}, {node.operand(0), node.operand(0)});
  return {node.add(ops::Unary{ops::UnaryFn::Not}, {same})};
}

Values convert_is_inf(NodeContext& node) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool negative = node.integer("detect_negative", 1) != 0;
  const bool positive = node.integer("detect_positive", 1) != 0;
  const TensorType x = node.type(0);
  require(is_float(x.dtype), ErrorCode::dtype, "x is {}; a float type is needed", dtype_name(x.dtype));
  if (!negative && !positive) return {node.add_constant(Tensor(TensorType{DType::boolean, x.shape}))};
  const ValueId value =
      negative && positive ? node.add(ops::Unary{ops::UnaryFn::Abs}, {node.operand(0)}) : node.operand(0);
  const ValueId infinity = node.add_scalar(x.dtype, positive ? kInfinity : -kInfinity);
  return {node.add(ops::Compare{ops::CompareFn::Equal}, {value, infinity})};
}

Values convert_cast(NodeContext& node) {
  require(node.has_attribute("to"), ErrorCode::format, "attribute 'to' is missing");
  return {node.add(ops::Cast{dtype_of_onnx(node.integer("to", 0))}, {node.operand(0)})};
}

Values convert_cast_like(NodeContext& node) { return {node.add(ops::Cast{node.type(1).dtype}, {node.operand(0)})}; }

Values convert_where(NodeContext& node) {
  return {node.add(ops::Where{}, {node.operand(0), node.operand(1), node.operand(2)})};
}

/// Inference (or training that drops nothing): the identity; the mask, if somebody asks for it, is all true.
Values convert_dropout(NodeContext& node) {
  const bool trains = node.has_operand(2) && node.constant_number(2) != 0;
  require(!trains || (node.has_operand(1) && node.constant_number(1) == 0), ErrorCode::unsupported,
          "training_mode is on; export the model for inference");
  Values results = {node.operand(0)};
  if (node.has_output(1)) {
    Tensor mask(TensorType{DType::boolean, node.shape(0)});
    for (bool& keep : mask.mutable_span<bool>()) keep = true;
    results.push_back(node.add_constant(std::move(mask)));
  }
  return results;
}

constexpr ConverterRow kElementwiseRows[] = {
    {"Abs", convert_unary},         {"Acos", convert_unary},
    {"Acosh", convert_unary},       {"Asin", convert_unary},
    {"Asinh", convert_unary},       {"Atan", convert_unary},
    {"Atanh", convert_unary},       {"BitwiseNot", convert_unary},
    {"Ceil", convert_unary},        {"Cos", convert_unary},
    {"Cosh", convert_unary},        {"Erf", convert_unary},
    {"Exp", convert_unary},         {"Floor", convert_unary},
    {"Identity", convert_unary},    {"Log", convert_unary},
    {"Neg", convert_unary},         {"Not", convert_unary},
    {"Reciprocal", convert_unary},  {"Round", convert_unary},
    {"Sign", convert_unary},        {"Sin", convert_unary},
    {"Sinh", convert_unary},        {"Sqrt", convert_unary},
    {"Tan", convert_unary},         {"Tanh", convert_unary},
    {"Add", convert_binary},        {"And", convert_binary},
    {"BitwiseAnd", convert_binary}, {"BitwiseOr", convert_binary},
    {"BitwiseXor", convert_binary}, {"Div", convert_binary},
    {"Mul", convert_binary},        {"Or", convert_binary},
    {"Pow", convert_binary},        {"Sub", convert_binary},
    {"Xor", convert_binary},        {"BitShift", convert_bit_shift},
    {"Mod", convert_mod},           {"Max", convert_variadic},
    {"Min", convert_variadic},      {"Sum", convert_variadic},
    {"Mean", convert_mean},         {"Equal", convert_compare},
    {"Greater", convert_compare},   {"GreaterOrEqual", convert_compare},
    {"Less", convert_compare},      {"LessOrEqual", convert_compare},
    {"IsInf", convert_is_inf},      {"IsNaN", convert_is_nan},
    {"Cast", convert_cast},         {"CastLike", convert_cast_like},
    {"Where", convert_where},       {"Dropout", convert_dropout},
};

}  // namespace

std::span<const ConverterRow> elementwise_converters() { return kElementwiseRows; }

}  // namespace exeunt
