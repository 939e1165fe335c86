#include "ops/pool.h"

#include <algorithm>
#include <limits>

namespace exeunt::ops {

namespace {

/// The part of one window along one axis: the taps that lie in the input, and how many lie in input or padding.
struct Extent {
  std::int64_t start, first, last, padded;
};

Extent extent_of(const Window3& w, std::size_t axis, std::int64_t at) {
  Extent e{at * w.strides[axis] - w.pads[axis], 0, 0, 0};
  const std::int64_t d = w.dilations[axis];
  e.last = w.kernel[axis];
  while (e.first < e.last && e.start + e.first * d < 0) ++e.first;
  while (e.last > e.first && e.start + (e.last - 1) * d >= w.in[axis]) --e.last;
  for (std::int64_t k = 0; k < w.kernel[axis]; ++k) {
    if (e.start + k * d < w.in[axis] + w.pads_end[axis]) ++e.padded;
  }
  return e;
}

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
T pool_one(const Pool& op, const T* x, const Window3& w, const Extent& z, const Extent& y, const Extent& c) {
  Wide<T> sum{};
  Wide<T> best = lowest<T>();
  for (std::int64_t i = z.first; i < z.last; ++i) {
    for (std::int64_t j = y.first; j < y.last; ++j) {
      const T* row = x + ((z.start + i * w.dilations[0]) * w.in[1] + y.start + j * w.dilations[1]) * w.in[2];
      for (std::int64_t k = c.first; k < c.last; ++k) {
        const Wide<T> value = widen(row[c.start + k * w.dilations[2]]);
        sum += value;
        // NaN wins and stays: a comparison with it is false both ways.
        if (!(value <= best)) best = best != best ? best : value;
      }
    }
  }
  if (op.fn == PoolFn::max) return convert<T>(best);
  const std::int64_t count = op.count_include_pad ? z.padded * y.padded * c.padded
                                                  : (z.last - z.first) * (y.last - y.first) * (c.last - c.first);
  return convert<T>(static_cast<double>(sum) / static_cast<double>(std::max<std::int64_t>(count, 1)));
}

template <class T>
void reference_as(const Pool& op, TensorView x, MutableTensorView y) {
  const Window3 w = make_window3(x.shape(), y.shape(), {op.kernel, op.strides, op.pads, op.dilations});
  const std::int64_t planes = x.shape()[0] * x.shape()[1];
  T* out = y.as<T>();
  for (std::int64_t p = 0; p < planes; ++p) {
    const T* plane = x.as<T>() + p * w.in[0] * w.in[1] * w.in[2];
    for (std::int64_t d = 0; d < w.out[0]; ++d) {
      const Extent z = extent_of(w, 0, d);
      for (std::int64_t h = 0; h < w.out[1]; ++h) {
        const Extent r = extent_of(w, 1, h);
        for (std::int64_t c = 0; c < w.out[2]; ++c) *out++ = pool_one(op, plane, w, z, r, extent_of(w, 2, c));
      }
    }
  }
}

}  // namespace

TensorType infer(const Pool& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean && (op.fn == PoolFn::max || is_float(x.dtype)), ErrorCode::dtype,
          "{} pooling of {} is not possible", enum_name(op.fn), dtype_name(x.dtype));
  const WindowView window{op.kernel, op.strides, op.pads, op.dilations};
  const TensorType y{x.dtype, window_output_shape(x.shape, x.shape[1], window, op.ceil_mode)};
  for (std::size_t i = 0; i < op.pads.size(); ++i) {
    const std::size_t axis = i % op.kernel.size();
    require(op.pads[i] <= (op.kernel[axis] - 1) * op.dilations[axis], ErrorCode::argument,
            "padding {} is not smaller than the window", op.pads[i]);
  }
  return y;
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
