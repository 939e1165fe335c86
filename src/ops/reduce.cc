#include "ops/reduce.h"

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

/// For each output element, walks the reduced axes: offsets are sums of kept and reduced strides.
template <class T>
void reference_as(const Reduce& op, TensorView x, MutableTensorView y) {
  const AxisFlags reduced = reduced_axes(op, x.shape().rank());
  const Strides strides = contiguous_strides(x.shape());
  Shape kept = x.shape();
  Shape inner = x.shape();
  for (int a = 0; a < kept.rank(); ++a) (reduced[static_cast<std::size_t>(a)] ? kept : inner)[a] = 1;
  const std::int64_t count = inner.elements();
  T* out = y.as<T>();
  for (StridedLoop<1> outer(kept, {strides}); !outer.done(); outer.next()) {
    Wide<T> value = start_of<T>(op.fn);
    for (StridedLoop<1> loop(inner, {strides}); !loop.done(); loop.next()) {
      value = combine(op.fn, value, widen(x.as<T>()[outer.offset(0) + loop.offset(0)]));
    }
    if (op.fn == ReduceFn::ReduceMean) {
      *out++ = convert<T>(static_cast<double>(value) / static_cast<double>(count));
    } else {
      *out++ = convert<T>(value);
    }
  }
}

}  // namespace

TensorType infer(const Reduce& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean, ErrorCode::dtype, "{} takes numbers, not bool", op.name());
  const AxisFlags reduced = reduced_axes(op, x.shape.rank());
  std::vector<std::int64_t> dims;
  for (int a = 0; a < x.shape.rank(); ++a) {
    if (!reduced[static_cast<std::size_t>(a)]) dims.push_back(x.shape[a]);
    if (reduced[static_cast<std::size_t>(a)] && op.keepdims) dims.push_back(1);
  }
  return {x.dtype, Shape(dims)};
}

void reference(const Reduce& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (!std::same_as<T, bool>) reference_as<T>(op, in[0], out[0]);
  });
}

double work(const Reduce&, Types in, const TensorType&) { return static_cast<double>(in[0]->shape.elements()); }

}  // namespace exeunt::ops
