#include "base/dtype.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

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
  Values operands = operands_of(node);
  // Since opset 21 an attribute may give the type that the zero point gave before.
  if (const std::int64_t to = node.integer("output_dtype", 0); to != 0) {
    const DType dtype = dtype_of_onnx(to);
    if (operands.size() == 2) operands.push_back(node.add_constant(Tensor(TensorType{dtype, node.shape(1)})));
    const DType zero = node.graph().type(operands[2]).dtype;
    require(zero == dtype, ErrorCode::format, "output_dtype is {}, the zero point {}", dtype_name(dtype),
            dtype_name(zero));
  }
  return {node.add(ops::Quantize{node.integer("axis", 1)}, std::move(operands))};
}

Values convert_dequantize(NodeContext& node) {
  const std::int64_t to = node.integer("output_dtype", 0);
  require(to == 0 || dtype_of_onnx(to) == node.type(1).dtype, ErrorCode::unsupported,
          "output_dtype is another type than the scale's");
  return {node.add(ops::Dequantize{node.integer("axis", 1)}, operands_of(node))};
}

constexpr ConverterRow kRows[] = {
    {"QuantizeLinear", convert_quantize},
    {"DequantizeLinear", convert_dequantize},
};

}  // namespace

std::span<const ConverterRow> quantize_converters() { return kRows; }

}  // namespace exeunt
