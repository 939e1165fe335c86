#include "ops/matmul.h"

#include "base/elements.h"
#include "ops/arithmetic.h"

namespace exeunt::ops {

namespace {

Shape as_left(const Shape& a) { return a.rank() == 1 ? Shape{1, a[0]} : a; }
Shape as_right(const Shape& b) { return b.rank() == 1 ? Shape{b[0], 1} : b; }

Shape batch_of(const Shape& s) { return Shape(s.dims().first(static_cast<std::size_t>(s.rank() - 2))); }

/// Integers never pass through a double, which holds only 53 bits; they wrap before the activation.
template <class W>
void finish(const MatMul& op, W value, const MutableTensorView& y, std::int64_t at) {
  const Places places(y);
  if constexpr (std::integral<W>) {
    places.set(at, value);
    value = Numbers<W>(y)[at];
  }
  places.set(at, activate(op, value));
}

template <class T>
void reference_as(const MatMul& op, Inputs in, const MutableTensorView& y) {
  using W = Wide<T>;
  const Shape a = as_left(in[0].shape());
  const Shape b = as_right(in[1].shape());
  const std::int64_t rows = a[a.rank() - 2];
  const std::int64_t depth = a[a.rank() - 1];
  const std::int64_t columns = b[b.rank() - 1];
  const Shape batch = broadcast(batch_of(a), batch_of(b));
  StridedLoop<2> loop(batch, {broadcast_strides(batch_of(a), batch), broadcast_strides(batch_of(b), batch)});
  const TensorView bias = optional_operand(in, 2);
  const TensorView residual = optional_operand(in, 3);
  std::int64_t at = 0;
  for (; !loop.done(); loop.next()) {
    const Factors<T> left = factors<T>(in[0]) + loop.offset(0) * rows * depth;
    const Factors<T> right = factors<T>(in[1]) + loop.offset(1) * depth * columns;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        W sum{};
        for (std::int64_t k = 0; k < depth; ++k) {
          sum = wrapping_add(sum, wrapping_multiply(widen(left[i * depth + k]), widen(right[k * columns + j])));
        }
        if (bias.present()) sum = wrapping_add(sum, Numbers<W>(bias)[j]);
        if (residual.present()) sum = wrapping_add(sum, Numbers<W>(residual)[at]);
        finish(op, sum, y, at);
        ++at;
      }
    }
  }
}

}  // namespace

TensorType infer(const MatMul&, Types in) {
  const TensorType& a = type_at(in, 0);
  const TensorType& b = type_at(in, 1);
  require_same_dtype(a, b);
  require(a.dtype != DType::boolean, ErrorCode::dtype, "MatMul takes numbers, not bool");
  require(a.shape.rank() >= 1 && b.shape.rank() >= 1, ErrorCode::shape, "a scalar has no matrix product");
  const Shape left = as_left(a.shape);
  const Shape right = as_right(b.shape);
  require(left[left.rank() - 1] == right[right.rank() - 2], ErrorCode::shape, "{} and {} do not multiply",
          a.shape.str(), b.shape.str());
  const Shape batch = broadcast(batch_of(left), batch_of(right));
  std::vector<std::int64_t> dims(batch.begin(), batch.end());
  if (a.shape.rank() > 1) dims.push_back(left[left.rank() - 2]);
  if (b.shape.rank() > 1) dims.push_back(right[right.rank() - 1]);
  const TensorType y{a.dtype, Shape(dims)};
  if (const TensorType* bias = optional_type(in, 2)) {
    require(b.shape.rank() > 1 && *bias == TensorType{a.dtype, {right[right.rank() - 1]}}, ErrorCode::shape,
            "the bias is {}; {} columns need one {} each", bias->str(), right[right.rank() - 1], dtype_name(a.dtype));
  }
  if (const TensorType* residual = optional_type(in, 3)) {
    require(*residual == y, ErrorCode::shape, "the residual is {}; the result's {} is needed", residual->str(),
            y.str());
  }
  return y;
}

void reference(const MatMul& op, Inputs in, Outputs out) {
  dispatch_factors(out[0].dtype(), [&]<class T>(TypeTag<T>) { reference_as<T>(op, in, out[0]); });
}

double work(const MatMul&, Types in, const TensorType& out) {
  const Shape& a = in[0]->shape;
  return static_cast<double>(out.shape.elements()) * static_cast<double>(a[a.rank() - 1]);
}

}  // namespace exeunt::ops
