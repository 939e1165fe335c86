#include "ops/gemm.h"

#include "base/elements.h"
#include "ops/arithmetic.h"

namespace exeunt::ops {

namespace {

/// activation(alpha * sum + beta * c). Integers with both factors 1 never pass through a double, which holds only 53
/// bits.
template <class W>
void finish(const Gemm& op, W sum, W c, const MutableTensorView& y, std::int64_t at) {
  const Places places(y);
  if constexpr (std::integral<W>) {
    if (op.alpha == 1 && op.beta == 1) {
      places.set(at, wrapping_add(sum, c));
      return places.set(at, activate(op, Numbers<W>(y)[at]));
    }
  }
  places.set(at, activate(op, op.alpha * static_cast<double>(sum) + op.beta * static_cast<double>(c)));
}

template <class T>
void reference_as(const Gemm& op, Inputs in, const MutableTensorView& y) {
  using W = Wide<T>;
  const std::int64_t rows = y.shape()[0];
  const std::int64_t columns = y.shape()[1];
  const std::int64_t depth = in[0].shape()[op.trans_a ? 0 : 1];
  const std::int64_t a_row = op.trans_a ? 1 : depth;
  const std::int64_t a_step = op.trans_a ? rows : 1;
  const std::int64_t b_column = op.trans_b ? depth : 1;
  const std::int64_t b_step = op.trans_b ? 1 : columns;
  const TensorView c = optional_operand(in, 2);
  const Strides c_strides = c.present() ? broadcast_strides(c.shape(), y.shape()) : Strides{};
  const Factors<T> a = factors<T>(in[0]);
  const Factors<T> b = factors<T>(in[1]);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      W sum{};
      for (std::int64_t k = 0; k < depth; ++k) {
        sum =
            wrapping_add(sum, wrapping_multiply(widen(a[i * a_row + k * a_step]), widen(b[j * b_column + k * b_step])));
      }
      const W addend = c.present() ? Numbers<W>(c)[i * c_strides[0] + j * c_strides[1]] : W{};
      finish(op, sum, addend, y, i * columns + j);
    }
  }
}

}  // namespace

TensorType infer(const Gemm& op, Types in) {
  const TensorType& a = type_at(in, 0);
  const TensorType& b = type_at(in, 1);
  const bool has_16_bit_weights = a.dtype == DType::f32 && is_16_bit_float(b.dtype);
  if (!has_16_bit_weights) require_same_dtype(a, b);
  require(a.dtype != DType::boolean, ErrorCode::dtype, "Gemm takes numbers, not bool");
  require(a.shape.rank() == 2 && b.shape.rank() == 2, ErrorCode::shape, "a is {} and b is {}; matrices are needed",
          a.shape.str(), b.shape.str());
  const std::int64_t depth_a = a.shape[op.trans_a ? 0 : 1];
  const std::int64_t depth_b = b.shape[op.trans_b ? 1 : 0];
  require(depth_a == depth_b, ErrorCode::shape, "a {}{} and b {}{} do not multiply", a.shape.str(),
          op.trans_a ? " transposed" : "", b.shape.str(), op.trans_b ? " transposed" : "");
  const TensorType y{a.dtype, {a.shape[op.trans_a ? 1 : 0], b.shape[op.trans_b ? 0 : 1]}};
  if (const TensorType* c = optional_type(in, 2)) {
    require_same_dtype(a, *c);
    require(c->shape.rank() <= 2 && broadcast(c->shape, y.shape) == y.shape, ErrorCode::shape,
            "c is {}, which does not broadcast to {}", c->shape.str(), y.shape.str());
  }
  return y;
}

void reference(const Gemm& op, Inputs in, Outputs out) {
  // The types differ: numbers are read one by one.
  if (in[0].dtype() != in[1].dtype()) return reference_as<double>(op, in, out[0]);
  dispatch_factors(out[0].dtype(), [&]<class T>(TypeTag<T>) { reference_as<T>(op, in, out[0]); });
}

double work(const Gemm& op, Types in, const TensorType& out) {
  return static_cast<double>(out.shape.elements()) * static_cast<double>(in[0]->shape[op.trans_a ? 0 : 1]);
}

}  // namespace exeunt::ops
