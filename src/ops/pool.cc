#include "ops/pool.h"

#include <algorithm>
#include <cmath>

#include "base/elements.h"

namespace exeunt::ops {

namespace {

/// `lowest`: what padding counts as.
template <class W>
W max_of(const Numbers<W>& x, W lowest, const Window3& w, const Extent3& e) {
  W best = lowest;
  for_each_tap(w, e, [&](std::int64_t at) {
    const W value = x[at];
    // NaN wins and stays: a comparison with it is false both ways.
    if (!(value <= best)) best = best != best ? best : value;
  });
  return best;
}

double average_of(bool count_include_pad, const Numbers<double>& x, const Window3& w, const Extent3& e) {
  double sum = 0;
  for_each_tap(w, e, [&](std::int64_t at) { sum += x[at]; });
  const std::int64_t count =
      count_include_pad ? e[0].padded * e[1].padded * e[2].padded : e[0].taps() * e[1].taps() * e[2].taps();
  return sum / static_cast<double>(std::max<std::int64_t>(count, 1));
}

double norm_of(std::int64_t p, const Numbers<double>& x, const Window3& w, const Extent3& e) {
  const auto power = static_cast<double>(p);
  double sum = 0;
  for_each_tap(w, e, [&](std::int64_t at) { sum += std::pow(std::abs(x[at]), power); });
  return std::pow(sum, 1 / power);
}

/// Maxima are those of all types; the others are of floats only.
template <class W>
W pool_one(const Pool& op, const Numbers<W>& x, W lowest, const Window3& w, const Extent3& e) {
  if constexpr (std::floating_point<W>) {
    if (op.fn == PoolFn::average) return average_of(op.count_include_pad, x, w, e);
    if (op.fn == PoolFn::lp) return norm_of(op.p, x, w, e);
  }
  return max_of(x, lowest, w, e);
}

template <class W>
void reference_as(const Pool& op, const TensorView& x, const MutableTensorView& y) {
  const Window3 w = make_window3(x.shape(), y.shape(), {op.kernel, op.strides, op.pads, op.dilations});
  const std::int64_t planes = x.shape()[0] * x.shape()[1];
  const W lowest = element_access<W>(x.dtype()).lowest;
  const Places out(y);
  std::int64_t i = 0;
  for (std::int64_t p = 0; p < planes; ++p) {
    const Numbers<W> plane = Numbers<W>(x) + p * w.in[0] * w.in[1] * w.in[2];
    for_each_window(w, [&](const Extent3& e) { out.set(i++, pool_one(op, plane, lowest, w, e)); });
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
  dispatch_wide(out[0].dtype(), [&]<class W>(TypeTag<W>) { reference_as<W>(op, in[0], out[0]); });
}

double work(const Pool& op, Types, const TensorType& out) {
  double taps = 1;
  for (const std::int64_t k : op.kernel) taps *= static_cast<double>(k);
  return static_cast<double>(out.shape.elements()) * taps;
}

}  // namespace exeunt::ops
