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

/// Max, Min and Sum take any number of operands.
Values convert_variadic(NodeContext& node) {
  const auto fn = node.op_type() == "Sum" ? ops::BinaryFn::Add : *ops::parse_enum<ops::BinaryFn>(node.op_type());
  ValueId result = node.operand(0);
  for (std::size_t i = 1; i < node.operand_count(); ++i) result = node.add(ops::Binary{fn}, {result, node.operand(i)});
  return {result};
}

Values convert_compare(NodeContext& node) {
  return {node.add(ops::Compare{*ops::parse_enum<ops::CompareFn>(node.op_type())}, {node.operand(0), node.operand(1)})};
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

Values convert_reduce(NodeContext& node) {
  // The axes became an operand in opset 13 (ReduceSum) and 18 (the others).
  ops::Ints axes = node.has_operand(1) ? node.constant_ints(1) : node.integers("axes");
  if (axes.empty() && node.integer("noop_with_empty_axes", 0) != 0) return {node.operand(0)};
  const auto fn = *ops::parse_enum<ops::ReduceFn>(node.op_type());
  return {node.add(ops::Reduce{fn, std::move(axes), node.integer("keepdims", 1) != 0}, {node.operand(0)})};
}

constexpr ConverterRow kRows[] = {
    {"Abs", convert_unary},         {"Ceil", convert_unary},          {"Erf", convert_unary},
    {"Exp", convert_unary},         {"Floor", convert_unary},         {"Identity", convert_unary},
    {"Log", convert_unary},         {"Neg", convert_unary},           {"Not", convert_unary},
    {"Reciprocal", convert_unary},  {"Relu", convert_unary},          {"Round", convert_unary},
    {"Sigmoid", convert_unary},     {"Sign", convert_unary},          {"Sqrt", convert_unary},
    {"Tanh", convert_unary},        {"Add", convert_binary},          {"And", convert_binary},
    {"Div", convert_binary},        {"Mul", convert_binary},          {"Or", convert_binary},
    {"Pow", convert_binary},        {"Sub", convert_binary},          {"Xor", convert_binary},
    {"Max", convert_variadic},      {"Min", convert_variadic},        {"Sum", convert_variadic},
    {"Equal", convert_compare},     {"Greater", convert_compare},     {"GreaterOrEqual", convert_compare},
    {"Less", convert_compare},      {"LessOrEqual", convert_compare}, {"Cast", convert_cast},
    {"Where", convert_where},       {"Dropout", convert_dropout},     {"ReduceMax", convert_reduce},
    {"ReduceMean", convert_reduce}, {"ReduceMin", convert_reduce},    {"ReduceProd", convert_reduce},
    {"ReduceSum", convert_reduce},  {"CastLike", convert_cast_like},
};

}  // namespace

std::span<const ConverterRow> elementwise_converters() { return kRows; }

}  // namespace exeunt
