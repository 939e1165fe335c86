#include "ops/arg_reduce.h"

#include "base/elements.h"
#include "ops/lines.h"

namespace exeunt::ops {

namespace {

/// Whether `a` takes the place of the best element so far.
template <class W>
bool wins(const ArgReduce& op, W a, W best) {
  const bool a_is_nan = a != a;
  const bool best_is_nan = best != best;
  if (a_is_nan || best_is_nan) return a_is_nan && (!best_is_nan || op.select_last_index);
  if (a == best) return op.select_last_index;
  return op.fn == ArgReduceFn::ArgMax ? a > best : a < best;
}

template <class W>
void reference_as(const ArgReduce& op, TensorView x, MutableTensorView y) {
  const int axis = normalize_axis(op.axis, x.shape().rank());
  std::int64_t* out = y.as<std::int64_t>();
  for_each_line(x.shape(), axis, [&](std::int64_t start, std::int64_t stride) {
    const Numbers<W> line = Numbers<W>(x) + start;
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < x.shape()[axis]; ++i) {
      if (wins(op, line[i * stride], line[best * stride])) best = i;
    }
    *out++ = best;
  });
}

}  // namespace

TensorType infer(const ArgReduce& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean, ErrorCode::dtype, "{} takes numbers, not bool", op.name());
  const int axis = normalize_axis(op.axis, x.shape.rank());
  require(x.shape[axis] > 0, ErrorCode::shape, "x is {}; among no elements there is none to choose", x.shape.str());
  std::vector<std::int64_t> dims;
  for (int a = 0; a < x.shape.rank(); ++a) {
    if (a != axis) dims.push_back(x.shape[a]);
    if (a == axis && op.keepdims) dims.push_back(1);
  }
  return {DType::i64, Shape(dims)};
}

void reference(const ArgReduce& op, Inputs in, Outputs out) {
  dispatch_wide(in[0].dtype(), [&]<class W>(TypeTag<W>) { reference_as<W>(op, in[0], out[0]); });
}

double work(const ArgReduce&, Types in, const TensorType&) { return static_cast<double>(in[0]->shape.elements()); }

}  // namespace exeunt::ops
