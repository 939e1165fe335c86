#include "ops/reduce.h"

#include <algorithm>
#include <limits>

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
template <class T>
Wide<T> start_of(ReduceFn fn) {
  using Limits = std::numeric_limits<std::conditional_t<AnyFloat<T>, double, T>>;
  switch (fn) {
    case ReduceFn::ReduceMax:
      if constexpr (AnyFloat<T>) return -Limits::infinity();
      return Limits::lowest();
    case ReduceFn::ReduceMin:
      if constexpr (AnyFloat<T>) return Limits::infinity();
      return Limits::max();
    case ReduceFn::ReduceProd:
      return Wide<T>{1};
    default:
      return Wide<T>{};
  }
}

template <class T>
T finish(ReduceFn fn, Wide<T> value, std::int64_t count) {
  switch (fn) {
    case ReduceFn::ReduceL2:
      return convert<T>(std::sqrt(static_cast<double>(value)));
    case ReduceFn::ReduceLogSum:
      return convert<T>(std::log(static_cast<double>(value)));
    case ReduceFn::ReduceMean:
      return convert<T>(static_cast<double>(value) / static_cast<double>(count));
    default:
      return convert<T>(value);
  }
}

/// One output element of all functions but ReduceLogSumExp; `reduced` walks what it is made of.
template <class T>
T reduce_one(ReduceFn fn, const T* x, StridedLoop<1> reduced, std::int64_t count) {
  Wide<T> value = start_of<T>(fn);
  for (; !reduced.done(); reduced.next()) value = combine(fn, value, term(fn, widen(x[reduced.offset(0)])));
  return finish<T>(fn, value, count);
}

template <class T>
T log_sum_exp(const T* x, const StridedLoop<1>& reduced) {
  const auto at = [&](const StridedLoop<1>& loop) { return static_cast<double>(widen(x[loop.offset(0)])); };
  double highest = -std::numeric_limits<double>::infinity();
  for (StridedLoop<1> loop = reduced; !loop.done(); loop.next()) highest = std::max(highest, at(loop));
  // Infinite differences would be NaN.
  const double base = std::isinf(highest) ? 0 : highest;
  double sum = 0;
  for (StridedLoop<1> loop = reduced; !loop.done(); loop.next()) sum += std::exp(at(loop) - base);
  return convert<T>(base + std::log(sum));
}

/// For each output element, walks the reduced axes: offsets are sums of kept and reduced strides.
template <class T>
void reference_as(const Reduce& op, TensorView x, MutableTensorView y) {
  const AxisFlags reduced = reduced_axes(op, x.shape().rank());
  const Strides strides = contiguous_strides(x.shape());
  Shape kept = x.shape();
  Shape inner = x.shape();
  for (int a = 0; a < kept.rank(); ++a) (reduced[static_cast<std::size_t>(a)] ? kept : inner)[a] = 1;
  const StridedLoop<1> loop(inner, {strides});
  T* out = y.as<T>();
  for (StridedLoop<1> outer(kept, {strides}); !outer.done(); outer.next()) {
    const T* from = x.as<T>() + outer.offset(0);
    *out++ =
        op.fn == ReduceFn::ReduceLogSumExp ? log_sum_exp(from, loop) : reduce_one(op.fn, from, loop, inner.elements());
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
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) { reference_as<T>(op, in[0], out[0]); });
}

double work(const Reduce&, Types in, const TensorType&) { return static_cast<double>(in[0]->shape.elements()); }

}  // namespace exeunt::ops
