#include "onnx/node_context.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

Values operands_of(const NodeContext& node) {
  require(node.integer("block_size", 0) == 0, ErrorCode::unsupported, "blocked quantisation");
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  return operands;
}

Values convert_quantize(NodeContext& node) {
  return {node.add(ops::Quantize{node.integer("axis", 1)}, operands_of(node))};
}

Values convert_dequantize(NodeContext& node) {
  return {node.add(ops::Dequantize{node.integer("axis", 1)}, operands_of(node))};
}

constexpr ConverterRow kRows[] = {
    {"QuantizeLinear", convert_quantize},
    {"DequantizeLinear", convert_dequantize},
};

}  // namespace

std::span<const ConverterRow> quantize_converters() { return kRows; }

}  // namespace exeunt
