#include "ops/matmul.h"

#include "ops/arithmetic.h"

namespace exeunt::ops {

namespace {

Shape as_left(const Shape& a) { return a.rank() == 1 ? Shape{1, a[0]} : a; }
Shape as_right(const Shape& b) { return b.rank() == 1 ? Shape{b[0], 1} : b; }

Shape batch_of(const Shape& s) { return Shape(s.dims().first(static_cast<std::size_t>(s.rank() - 2))); }

template <class T>
void reference_as(Inputs in, MutableTensorView y) {
  const Shape a = as_left(in[0].shape());
  const Shape b = as_right(in[1].shape());
  const std::int64_t rows = a[a.rank() - 2];
  const std::int64_t depth = a[a.rank() - 1];
  const std::int64_t columns = b[b.rank() - 1];
  const Shape batch = broadcast(batch_of(a), batch_of(b));
  StridedLoop<2> loop(batch, {broadcast_strides(batch_of(a), batch), broadcast_strides(batch_of(b), batch)});
  T* out = y.as<T>();
  for (; !loop.done(); loop.next()) {
    const T* left = in[0].as<T>() + loop.offset(0) * rows * depth;
    const T* right = in[1].as<T>() + loop.offset(1) * depth * columns;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        Wide<T> sum{};
        for (std::int64_t k = 0; k < depth; ++k) {
          sum = wrapping_add(sum, wrapping_multiply(widen(left[i * depth + k]), widen(right[k * columns + j])));
        }
        *out++ = convert<T>(sum);
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
  return {a.dtype, Shape(dims)};
}

void reference(const MatMul&, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) { reference_as<T>(in, out[0]); });
}

double work(const MatMul&, Types in, const TensorType& out) {
  const Shape& a = in[0]->shape;
  return static_cast<double>(out.shape.elements()) * static_cast<double>(a[a.rank() - 1]);
}

}  // namespace exeunt::ops
