#include "ops/reduce.h"

#include <algorithm>
#include <limits>

#include "base/elements.h"
#include "ops/arithmetic.h"

namespace exeunt::ops {

namespace {

using AxisFlags = std::array<bool, Shape::kMaxRank>;

AxisFlags reduced_axes(const Reduce& op, int rank) {
  AxisFlags reduced{};
  if (op.axes.empty()) reduced.fill(true);
  for (const std::int64_t axis : op.axes) reduced[static_cast<std::size_t>(normalize_axis(axis, rank))] = true;
  return reduced;
}

/// What an element counts as before it is combined with the others.
template <class W>
W term(ReduceFn fn, W x) {
  switch (fn) {
    case ReduceFn::ReduceL1:
      return magnitude(x);
    case ReduceFn::ReduceL2:
    case ReduceFn::ReduceSumSquare:
      return wrapping_multiply(x, x);
    default:
      return x;
  }
}

template <class W>
W combine(ReduceFn fn, W a, W b) {
  switch (fn) {
    case ReduceFn::ReduceMax:
      return a != a || a > b ? a : b;
    case ReduceFn::ReduceMin:
      return a != a || a < b ? a : b;
    case ReduceFn::ReduceProd:
      return wrapping_multiply(a, b);
    default:
      return wrapping_add(a, b);
  }
}

/// The result of reducing nothing.
template <class W>
W start_of(ReduceFn fn, DType dtype) {
  switch (fn) {
    case ReduceFn::ReduceMax:
      return element_access<W>(dtype).lowest;
    case ReduceFn::ReduceMin:
      return element_access<W>(dtype).highest;
    case ReduceFn::ReduceProd:
      return W{1};
    default:
      return W{};
  }
}

template <class W>
void finish(ReduceFn fn, W value, std::int64_t count, const Places& y, std::int64_t i) {
  switch (fn) {
    case ReduceFn::ReduceL2:
      return y.set(i, std::sqrt(static_cast<double>(value)));
    case ReduceFn::ReduceLogSum:
      return y.set(i, std::log(static_cast<double>(value)));
    case ReduceFn::ReduceMean:
      return y.set(i, static_cast<double>(value) / static_cast<double>(count));
    default:
      return y.set(i, value);
  }
}

/// What all functions but ReduceLogSumExp make of the elements that `reduced` walks.
template <class W>
W combine_all(ReduceFn fn, W value, const Numbers<W>& x, StridedLoop<1> reduced) {
  for (; !reduced.done(); reduced.next()) value = combine(fn, value, term(fn, x[reduced.offset(0)]));
  return value;
}

double log_sum_exp(const Numbers<double>& x, const StridedLoop<1>& reduced) {
  double highest = -std::numeric_limits<double>::infinity();
  for (StridedLoop<1> loop = reduced; !loop.done(); loop.next()) highest = std::max(highest, x[loop.offset(0)]);
  // Infinite differences would be NaN.
  const double base = std::isinf(highest) ? 0 : highest;
  double sum = 0;
  for (StridedLoop<1> loop = reduced; !loop.done(); loop.next()) sum += std::exp(x[loop.offset(0)] - base);
  return base + std::log(sum);
}

/// For each output element, walks the reduced axes: offsets are sums of kept and reduced strides.
template <class W>
void reference_as(const Reduce& op, const TensorView& x, const MutableTensorView& y) {
  const AxisFlags reduced = reduced_axes(op, x.shape().rank());
  const Strides strides = contiguous_strides(x.shape());
  Shape kept = x.shape();
  Shape inner = x.shape();
  for (int a = 0; a < kept.rank(); ++a) (reduced[static_cast<std::size_t>(a)] ? kept : inner)[a] = 1;
  const StridedLoop<1> loop(inner, {strides});
  const W start = start_of<W>(op.fn, x.dtype());
  const Places out(y);
  std::int64_t i = 0;
  for (StridedLoop<1> outer(kept, {strides}); !outer.done(); outer.next(), ++i) {
    if (op.fn == ReduceFn::ReduceLogSumExp) {
      out.set(i, log_sum_exp(Numbers<double>(x) + outer.offset(0), loop));
    } else {
      finish(op.fn, combine_all(op.fn, start, Numbers<W>(x) + outer.offset(0), loop), inner.elements(), out, i);
    }
  }
}

}  // namespace

TensorType infer(const Reduce& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const bool takes_bool = op.fn == ReduceFn::ReduceMax || op.fn == ReduceFn::ReduceMin;
  require(x.dtype != DType::boolean || takes_bool, ErrorCode::dtype, "{} takes numbers, not bool", op.name());
  const AxisFlags reduced = reduced_axes(op, x.shape.rank());
  std::vector<std::int64_t> dims;
  for (int a = 0; a < x.shape.rank(); ++a) {
    if (!reduced[static_cast<std::size_t>(a)]) dims.push_back(x.shape[a]);
    if (reduced[static_cast<std::size_t>(a)] && op.keepdims) dims.push_back(1);
  }
  return {x.dtype, Shape(dims)};
}

void reference(const Reduce& op, Inputs in, Outputs out) {
  dispatch_wide(out[0].dtype(), [&]<class W>(TypeTag<W>) { reference_as<W>(op, in[0], out[0]); });
}

double work(const Reduce&, Types in, const TensorType&) { return static_cast<double>(in[0]->shape.elements()); }

}  // namespace exeunt::ops
