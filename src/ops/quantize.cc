#include "ops/quantize.h"

#include <cmath>

#include "base/elements.h"

namespace exeunt::ops {

namespace {

/// The shape that blocked parameters have for x. @throws Error argument, shape
Shape block_shape(std::int64_t axis, std::int64_t block, const Shape& x) {
  require(block > 0, ErrorCode::argument, "blocks of {}", block);
  Shape shape = x;
  const int a = normalize_axis(axis, x.rank());
  shape[a] = x[a] / block + (x[a] % block != 0 ? 1 : 0);
  return shape;
}

/// Checks scale and zero point against x and the axis; a scale of one element serves every element.
void check_parameters(std::int64_t axis, std::int64_t block, const TensorType& x, const TensorType& scale,
                      const TensorType* zero) {
  require_float(scale, "scale");
  if (block != 0) {
    const Shape blocks = block_shape(axis, block, x.shape);
    require(scale.shape == blocks, ErrorCode::shape, "scale is {}; {} is needed", scale.shape.str(), blocks.str());
  } else if (scale.shape.elements() != 1) {
    require(scale.shape.rank() == 1, ErrorCode::shape, "scale is {}; a scalar or one axis is needed",
            scale.shape.str());
    const int a = normalize_axis(axis, x.shape.rank());
    require(scale.shape[0] == x.shape[a], ErrorCode::shape, "{} scales for axis {} of {}", scale.shape[0], a,
            x.shape.str());
  }
  if (zero != nullptr) {
    require(zero->shape.elements() == scale.shape.elements(), ErrorCode::shape, "zero point {} and scale {} differ",
            zero->shape.str(), scale.shape.str());
  }
}

/// The parameter index of element i: an element for each `block` of `size` places along an axis, and
/// for each of the places before it, and, if blocked, behind it.
struct ParameterIndex {
  std::int64_t inner = 1;   ///< elements of x behind the axis
  std::int64_t size = 1;    ///< of the axis
  std::int64_t block = 0;   ///< 0: not blocked
  std::int64_t blocks = 1;  ///< along the axis

  ParameterIndex(std::int64_t axis, std::int64_t block_size, const Shape& x, std::int64_t parameters) {
    if (parameters == 1 && block_size == 0) return;
    const int a = normalize_axis(axis, x.rank());
    for (int b = a + 1; b < x.rank(); ++b) inner *= x[b];
    size = x[a];
    block = block_size;
    if (block > 0) blocks = block_shape(axis, block, x)[a];
  }
  std::int64_t of(std::int64_t i) const {
    const std::int64_t place = i / inner % size;
    return block == 0 ? place : (i / (inner * size) * blocks + place / block) * inner + i % inner;
  }
};

/// The zero point of parameter `i`; 0 if there is none.
double zero_at(const TensorView& zero, std::int64_t i) { return zero.present() ? Numbers<double>(zero)[i] : 0; }

}  // namespace

TensorType infer(const Quantize& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType* zero = optional_type(in, 2);
  require_float(x, "x");
  check_parameters(op.axis, op.block, x, type_at(in, 1), zero);
  const DType to = zero != nullptr ? zero->dtype : DType::u8;
  require(is_integer(to) && dtype_bytes(to) <= 2, ErrorCode::dtype,
          "the zero point is {}; an 8- or 16-bit integer is needed", dtype_name(to));
  return {to, x.shape};
}

void reference(const Quantize& op, Inputs in, Outputs out) {
  const TensorView zero = optional_operand(in, 2);
  const ParameterIndex index(op.axis, op.block, in[0].shape(), in[1].elements());
  const Numbers<double> x(in[0]);
  const Numbers<double> scale(in[1]);
  const Places y(out[0]);
  for (std::int64_t i = 0; i < out[0].elements(); ++i) {
    const std::int64_t p = index.of(i);
    // In float, as every runtime does: a double quotient would round ties apart.
    const float quotient = static_cast<float>(x[i]) / static_cast<float>(scale[p]);
    y.set(i, std::nearbyint(static_cast<double>(quotient)) + zero_at(zero, p));
  }
}

TensorType infer(const Dequantize& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& scale = type_at(in, 1);
  const TensorType* zero = optional_type(in, 2);
  require(x.dtype == DType::i32 || (is_integer(x.dtype) && dtype_bytes(x.dtype) <= 2), ErrorCode::dtype,
          "x is {}; i32 or an 8- or 16-bit integer is needed", dtype_name(x.dtype));
  if (zero != nullptr) require_same_dtype(x, *zero);
  check_parameters(op.axis, op.block, x, scale, zero);
  return {scale.dtype, x.shape};
}

void reference(const Dequantize& op, Inputs in, Outputs out) {
  const TensorView zero = optional_operand(in, 2);
  const ParameterIndex index(op.axis, op.block, in[0].shape(), in[1].elements());
  const Numbers<double> x(in[0]);
  const Numbers<double> scale(in[1]);
  const Places y(out[0]);
  for (std::int64_t i = 0; i < out[0].elements(); ++i) {
    const std::int64_t p = index.of(i);
    y.set(i, (x[i] - zero_at(zero, p)) * scale[p]);
  }
}

double work(const Dequantize&, Types, const TensorType&) { return 0; }

}  // namespace exeunt::ops
