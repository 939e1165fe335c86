#include "ops/quantize.h"

#include <cmath>

namespace exeunt::ops {

namespace {

/// Checks scale and zero point against x and the axis; a scale of one element serves every element.
void check_parameters(std::int64_t axis, const TensorType& x, const TensorType& scale, const TensorType* zero) {
  require_float(scale, "scale");
  require(scale.shape.rank() <= 1, ErrorCode::unsupported, "scale {} is blocked; a scalar or one axis is supported",
          scale.shape.str());
  if (scale.shape.elements() != 1) {
    const int a = normalize_axis(axis, x.shape.rank());
    require(scale.shape[0] == x.shape[a], ErrorCode::shape, "{} scales for axis {} of {}", scale.shape[0], a,
            x.shape.str());
  }
  if (zero != nullptr) {
    require(zero->shape.elements() == scale.shape.elements(), ErrorCode::shape, "zero point {} and scale {} differ",
            zero->shape.str(), scale.shape.str());
  }
}

/// The parameter index of element i: i / inner % count.
struct AxisIndex {
  std::int64_t inner = 1;
  std::int64_t count = 1;

  AxisIndex(std::int64_t axis, const Shape& x, std::int64_t parameters) : count(parameters) {
    if (parameters == 1) return;
    for (int a = normalize_axis(axis, x.rank()) + 1; a < x.rank(); ++a) inner *= x[a];
  }
  std::int64_t of(std::int64_t i) const { return i / inner % count; }
};

double scale_at(TensorView scale, std::int64_t i) {
  return dispatch(scale.dtype(), [&]<class S>(TypeTag<S>) { return static_cast<double>(widen(scale.as<S>()[i])); });
}

}  // namespace

TensorType infer(const Quantize& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType* zero = optional_type(in, 2);
  require_float(x, "x");
  check_parameters(op.axis, x, type_at(in, 1), zero);
  const DType to = zero != nullptr ? zero->dtype : DType::u8;
  require(is_integer(to) && dtype_bytes(to) <= 2, ErrorCode::dtype,
          "the zero point is {}; an 8- or 16-bit integer is needed", dtype_name(to));
  return {to, x.shape};
}

void reference(const Quantize& op, Inputs in, Outputs out) {
  const TensorView zero = optional_operand(in, 2);
  const AxisIndex index(op.axis, in[0].shape(), in[1].elements());
  dispatch(in[0].dtype(), [&]<class X>(TypeTag<X>) {
    dispatch(out[0].dtype(), [&]<class Q>(TypeTag<Q>) {
      if constexpr (std::integral<Q> && !std::same_as<Q, bool>) {
        for (std::int64_t i = 0; i < out[0].elements(); ++i) {
          const std::int64_t p = index.of(i);
          // In float, as every runtime does: a double quotient would round ties apart.
          const float quotient = static_cast<float>(widen(in[0].as<X>()[i])) / static_cast<float>(scale_at(in[1], p));
          const double shift = zero.present() ? static_cast<double>(zero.as<Q>()[p]) : 0.0;
          out[0].as<Q>()[i] = round_saturate<Q>(std::nearbyint(static_cast<double>(quotient)) + shift);
        }
      }
    });
  });
}

TensorType infer(const Dequantize& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& scale = type_at(in, 1);
  const TensorType* zero = optional_type(in, 2);
  require(x.dtype == DType::i32 || (is_integer(x.dtype) && dtype_bytes(x.dtype) <= 2), ErrorCode::dtype,
          "x is {}; i32 or an 8- or 16-bit integer is needed", dtype_name(x.dtype));
  if (zero != nullptr) require_same_dtype(x, *zero);
  check_parameters(op.axis, x, scale, zero);
  return {scale.dtype, x.shape};
}

void reference(const Dequantize& op, Inputs in, Outputs out) {
  const TensorView zero = optional_operand(in, 2);
  const AxisIndex index(op.axis, in[0].shape(), in[1].elements());
  dispatch(in[0].dtype(), [&]<class Q>(TypeTag<Q>) {
    if constexpr (std::integral<Q>) {
      dispatch(out[0].dtype(), [&]<class Y>(TypeTag<Y>) {
        if constexpr (AnyFloat<Y>) {
          for (std::int64_t i = 0; i < out[0].elements(); ++i) {
            const std::int64_t p = index.of(i);
            const auto shift = zero.present() ? static_cast<double>(zero.as<Q>()[p]) : 0.0;
            out[0].as<Y>()[i] = convert<Y>((static_cast<double>(in[0].as<Q>()[i]) - shift) * scale_at(in[1], p));
          }
        }
      });
    }
  });
}

double work(const Dequantize&, Types, const TensorType&) { return 0; }

}  // namespace exeunt::ops
