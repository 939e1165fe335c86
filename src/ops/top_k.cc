#include "ops/top_k.h"

#include "base/elements.h"

namespace exeunt::ops {

namespace {

/// Whether element `a` of a line comes before element `b`: a total order, NaN above all numbers.
template <class W>
bool comes_before(const Numbers<W>& x, std::int64_t stride, std::int64_t a, std::int64_t b, bool largest) {
  const W u = x[a * stride];
  const W v = x[b * stride];
  if (u == v || (u != u && v != v)) return a < b;
  const bool larger = u != u || (v == v && u > v);
  return larger == largest;
}

/// The index of the best element that comes after `previous` (-1: of the best of all).
template <class W>
std::int64_t next_best(const Numbers<W>& x, std::int64_t stride, std::int64_t count, std::int64_t previous,
                       bool largest) {
  std::int64_t best = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    if (previous >= 0 && !comes_before(x, stride, previous, i, largest)) continue;
    if (best < 0 || comes_before(x, stride, i, best, largest)) best = i;
  }
  return best;
}

template <class W>
void reference_as(const TopK& op, TensorView x, MutableTensorView y) {
  const Shape& shape = x.shape();
  const int axis = normalize_axis(op.axis, shape.rank());
  const std::int64_t count = shape[axis];
  std::int64_t stride = 1;
  for (int a = axis + 1; a < shape.rank(); ++a) stride *= shape[a];
  const std::int64_t lines = count == 0 ? 0 : shape.elements() / count;
  const Places places(y);
  for (std::int64_t line = 0; line < lines; ++line) {
    const Numbers<W> from = Numbers<W>(x) + line / stride * stride * count + line % stride;
    std::int64_t to = line / stride * stride * op.k + line % stride;
    std::int64_t at = -1;
    for (std::int64_t i = 0; i < op.k; ++i, to += stride) {
      at = next_best(from, stride, count, at, op.largest);
      if (op.part == TopKPart::indices) y.as<std::int64_t>()[to] = at;
      if (op.part == TopKPart::values) places.set(to, from[at * stride]);
    }
  }
}

}  // namespace

TensorType infer(const TopK& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean, ErrorCode::dtype, "TopK takes numbers, not bool");
  TensorType y{op.part == TopKPart::indices ? DType::i64 : x.dtype, x.shape};
  const int axis = normalize_axis(op.axis, x.shape.rank());
  require(op.k >= 0 && op.k <= x.shape[axis], ErrorCode::shape, "k is {}; axis {} of {} has {}", op.k, axis,
          x.shape.str(), x.shape[axis]);
  y.shape[axis] = op.k;
  return y;
}

void reference(const TopK& op, Inputs in, Outputs out) {
  dispatch_wide(in[0].dtype(), [&]<class W>(TypeTag<W>) { reference_as<W>(op, in[0], out[0]); });
}

double work(const TopK&, Types in, const TensorType&) { return static_cast<double>(in[0]->shape.elements()); }

}  // namespace exeunt::ops
