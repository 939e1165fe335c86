#include "ops/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace exeunt::ops {

namespace {

/// What padding counts as in a maximum.
template <class T>
Wide<T> lowest() {
  if constexpr (AnyFloat<T>) {
    return -std::numeric_limits<double>::infinity();
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

template <class T>
T max_of(const T* x, const Window3& w, const Extent3& e) {
  Wide<T> best = lowest<T>();
  for_each_tap(w, e, [&](std::int64_t at) {
    const Wide<T> value = widen(x[at]);
    // NaN wins and stays: a comparison with it is false both ways.
    if (!(value <= best)) best = best != best ? best : value;
  });
  return convert<T>(best);
}

template <class T>
T average_of(bool count_include_pad, const T* x, const Window3& w, const Extent3& e) {
  double sum = 0;
  for_each_tap(w, e, [&](std::int64_t at) { sum += static_cast<double>(widen(x[at])); });
  const std::int64_t count =
      count_include_pad ? e[0].padded * e[1].padded * e[2].padded : e[0].taps() * e[1].taps() * e[2].taps();
  return convert<T>(sum / static_cast<double>(std::max<std::int64_t>(count, 1)));
}

template <class T>
T norm_of(std::int64_t p, const T* x, const Window3& w, const Extent3& e) {
  const auto power = static_cast<double>(p);
  double sum = 0;
  for_each_tap(w, e, [&](std::int64_t at) { sum += std::pow(std::abs(static_cast<double>(widen(x[at]))), power); });
  return convert<T>(std::pow(sum, 1 / power));
}

template <class T>
T pool_one(const Pool& op, const T* x, const Window3& w, const Extent3& e) {
  switch (op.fn) {
    case PoolFn::average:
      return average_of(op.count_include_pad, x, w, e);
    case PoolFn::lp:
      return norm_of(op.p, x, w, e);
    case PoolFn::max:
      break;
  }
  return max_of(x, w, e);
}

template <class T>
void reference_as(const Pool& op, TensorView x, MutableTensorView y) {
  const Window3 w = make_window3(x.shape(), y.shape(), {op.kernel, op.strides, op.pads, op.dilations});
  const std::int64_t planes = x.shape()[0] * x.shape()[1];
  T* out = y.as<T>();
  for (std::int64_t p = 0; p < planes; ++p) {
    const T* plane = x.as<T>() + p * w.in[0] * w.in[1] * w.in[2];
    for_each_window(w, [&](const Extent3& e) { *out++ = pool_one(op, plane, w, e); });
  }
}

}  // namespace

TensorType infer(const Pool& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean && (op.fn == PoolFn::max || is_float(x.dtype)), ErrorCode::dtype,
          "{} pooling of {} is not possible", enum_name(op.fn), dtype_name(x.dtype));
  require(op.fn != PoolFn::lp || op.p > 0, ErrorCode::argument, "p is {}; 1 or more is needed", op.p);
  return {x.dtype, pool_output_shape(x.shape, {op.kernel, op.strides, op.pads, op.dilations}, op.ceil_mode)};
}

void reference(const Pool& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (!std::same_as<T, bool>) reference_as<T>(op, in[0], out[0]);
  });
}

double work(const Pool& op, Types, const TensorType& out) {
  double taps = 1;
  for (const std::int64_t k : op.kernel) taps *= static_cast<double>(k);
  return static_cast<double>(out.shape.elements()) * taps;
}

}  // namespace exeunt::ops
