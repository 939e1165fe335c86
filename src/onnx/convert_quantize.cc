#include "base/dtype.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

ValueId cast(NodeContext& node, ValueId value, DType to) {
  return node.graph().type(value).dtype == to ? value : node.add(ops::Cast{to}, {value});
}

ValueId binary(NodeContext& node, ops::BinaryFn fn, ValueId a, ValueId b) { return node.add(ops::Binary{fn}, {a, b}); }

Values operands_of(const NodeContext& node) {
  Values operands = {node.operand(0), node.operand(1)};
  if (node.has_operand(2)) operands.push_back(node.operand(2));
  return operands;
}

Values convert_quantize(NodeContext& node) {
  Values operands = operands_of(node);
  if (const std::int64_t wanted = node.integer("output_dtype", 0); wanted != 0) {
    const DType dtype = dtype_of_onnx(wanted);
    if (operands.size() == 2) operands.push_back(node.add_constant(Tensor(TensorType{dtype, node.shape(1)})));
    require(node.graph().type(operands[2]).dtype == dtype, ErrorCode::format,
            "output_dtype is {}, the zero point is {}", dtype_name(dtype),
            dtype_name(node.graph().type(operands[2]).dtype));
  }
  return {node.add(ops::Quantize{node.integer("axis", 1), node.integer("block_size", 0)}, std::move(operands))};
}

Values convert_dequantize(NodeContext& node) {
  const ValueId y =
      node.add(ops::Dequantize{node.integer("axis", 1), node.integer("block_size", 0)}, operands_of(node));
  const std::int64_t wanted = node.integer("output_dtype", 0);
  return {wanted == 0 ? y : cast(node, y, dtype_of_onnx(wanted))};
}

/// Scale and zero point for u8 from the range of x with 0 in it, as the op's definition spells it out.
Values convert_dynamic_quantize(NodeContext& node) {
  using enum ops::BinaryFn;
  const ValueId x = node.operand(0);
  const ValueId zero = node.add_scalar(DType::f32, 0);
  const ValueId highest = node.add_scalar(DType::f32, 255);
  const ValueId min = binary(node, Min, node.add(ops::Reduce{ops::ReduceFn::ReduceMin, {}, false}, {x}), zero);
  const ValueId max = binary(node, Max, node.add(ops::Reduce{ops::ReduceFn::ReduceMax, {}, false}, {x}), zero);
  const ValueId scale = binary(node, Div, binary(node, Sub, max, min), highest);
  const ValueId place = binary(node, Sub, zero, binary(node, Div, min, scale));
  const ValueId clipped = binary(node, Min, binary(node, Max, place, zero), highest);
  const ValueId shift = cast(node, node.add(ops::Unary{ops::UnaryFn::Round}, {clipped}), DType::u8);
  return {node.add(ops::Quantize{}, {x, scale, shift}), scale, shift};
}

/// A parameter of one element, or of one for each place on an axis, in a shape that broadcasts over
/// `behind` more axes behind that one. Anything else stays.
ValueId along_axis(NodeContext& node, ValueId parameter, int behind) {
  const Shape shape = node.graph().type(parameter).shape;
  if (shape.elements() == 1) return node.reshape(parameter, {});
  if (shape.rank() != 1 || behind == 0) return parameter;
  std::vector<std::int64_t> dims(static_cast<std::size_t>(behind) + 1, 1);
  dims[0] = shape[0];
  return node.reshape(parameter, Shape(dims));
}

/// Operand `i` minus its zero point, operand `zero`, as `to`; the zero point broadcasts as in along_axis.
ValueId centred(NodeContext& node, std::size_t i, std::size_t zero, int behind, DType to) {
  const DType dtype = node.type(i).dtype;
  require(dtype == DType::i8 || dtype == DType::u8, ErrorCode::dtype, "operand {} is {}; i8 or u8 is needed", i,
          dtype_name(dtype));
  const ValueId x = cast(node, node.operand(i), to);
  if (!node.has_operand(zero)) return x;
  require(node.type(zero).dtype == dtype, ErrorCode::dtype, "operand {} is {}, its zero point {}", i, dtype_name(dtype),
          dtype_name(node.type(zero).dtype));
  const ValueId shift = cast(node, along_axis(node, node.operand(zero), behind), to);
  const ValueId result = binary(node, ops::BinaryFn::Sub, x, shift);
  require(node.graph().type(result).shape == node.shape(i), ErrorCode::shape, "zero point {} does not fit {}",
          node.shape(zero).str(), node.shape(i).str());
  return result;
}

/// The sum of products of a convolution of integers: x and w are operands `x` and `w`, each followed
/// by its zero point `x_zero`, `w_zero`. In f64, whose 53 bits hold every such sum exactly.
ValueId convolve(NodeContext& node, std::size_t x, std::size_t w, std::size_t x_zero, std::size_t w_zero,
                 ValueId bias = kNoValue) {
  Values operands = {centred(node, x, x_zero, 0, DType::f64),
                     centred(node, w, w_zero, node.shape(w).rank() - 1, DType::f64)};
  if (bias != kNoValue) operands.push_back(cast(node, bias, DType::f64));
  return node.add(conv_of(node, node.shape(x), node.shape(w)), std::move(operands));
}

ValueId multiply(NodeContext& node, std::size_t a, std::size_t b, std::size_t a_zero, std::size_t b_zero) {
  return node.add(ops::MatMul{}, {centred(node, a, a_zero, 1, DType::i32), centred(node, b, b_zero, 0, DType::i32)});
}

Values convert_conv_integer(NodeContext& node) { return {cast(node, convolve(node, 0, 1, 2, 3), DType::i32)}; }

Values convert_matmul_integer(NodeContext& node) { return {multiply(node, 0, 1, 2, 3)}; }

/// Scales of both factors and of the result, and the result's zero point, as operands of a node.
struct Requantization {
  std::size_t a_scale, b_scale, y_scale, y_zero;
  int a_behind, b_behind, y_behind;  ///< axes behind the one that a scale has elements for
};

/// Brings a sum of products to the result's scale: one factor, rounded half to even, plus the zero point.
ValueId requantize(NodeContext& node, ValueId sum, const Requantization& r) {
  const auto scale = [&](std::size_t i, int behind) {
    return cast(node, along_axis(node, node.operand(i), behind), DType::f32);
  };
  const ValueId product = binary(node, ops::BinaryFn::Mul, scale(r.a_scale, r.a_behind), scale(r.b_scale, r.b_behind));
  const ValueId factor = binary(node, ops::BinaryFn::Div, product, scale(r.y_scale, r.y_behind));
  const ValueId y = binary(node, ops::BinaryFn::Mul, cast(node, sum, DType::f32), factor);
  const Shape shape = node.graph().type(y).shape;
  require(shape == node.graph().type(sum).shape, ErrorCode::shape, "the scales do not fit a result {}",
          node.graph().type(sum).shape.str());
  const Shape zero = node.shape(r.y_zero);
  require(zero.elements() == 1 || zero.rank() == 1, ErrorCode::unsupported, "a zero point {} of the result",
          zero.str());
  Tensor one(TensorType{DType::f32, zero});
  for (float& value : one.mutable_span<float>()) value = 1;
  return node.add(ops::Quantize{std::max(0, shape.rank() - 1 - r.y_behind), 0},
                  {y, node.add_constant(std::move(one)), node.operand(r.y_zero)});
}

Values convert_qlinear_conv(NodeContext& node) {
  const ValueId sum = convolve(node, 0, 3, 2, 5, node.optional_operand(8));
  return {requantize(node, sum, {1, 4, 6, 7, 0, node.shape(3).rank() - 2, 0})};
}

Values convert_qlinear_matmul(NodeContext& node) {
  return {requantize(node, multiply(node, 0, 3, 2, 5), {1, 4, 6, 7, 1, 0, 1})};
}

constexpr ConverterRow kQuantizeRows[] = {
    {"QuantizeLinear", convert_quantize},
    {"DequantizeLinear", convert_dequantize},
    {"DynamicQuantizeLinear", convert_dynamic_quantize},
    {"ConvInteger", convert_conv_integer},
    {"MatMulInteger", convert_matmul_integer},
    {"QLinearConv", convert_qlinear_conv},
    {"QLinearMatMul", convert_qlinear_matmul},
};

}  // namespace

std::span<const ConverterRow> quantize_converters() { return kQuantizeRows; }

}  // namespace exeunt
