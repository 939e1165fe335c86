#include "ops/conv_transpose.h"

#include <algorithm>

#include "base/elements.h"

namespace exeunt::ops {

namespace {

WindowView window_of(const ConvTranspose& op, const Shape& w) {
  return {w.dims().subspan(2), op.strides, op.pads, op.dilations};
}

/// The place along one axis of the element of x that tap `k` carries to place `at` of y; -1 if there is none.
std::int64_t source_of(const Window3& w, std::size_t axis, std::int64_t at, std::int64_t k) {
  const std::int64_t place = at + w.pads[axis] - k * w.dilations[axis];
  if (place < 0 || place % w.strides[axis] != 0) return -1;
  return place / w.strides[axis] < w.in[axis] ? place / w.strides[axis] : -1;
}

/// One output element before bias: sum over the group's channels, whose taps lie `w_plane` elements apart.
template <class X>
double gather(const X& x, const X& weights, const Window3& w, std::int64_t channels, std::int64_t w_plane,
              const std::array<std::int64_t, 3>& at) {
  double sum = 0;
  const std::int64_t x_plane = w.in[0] * w.in[1] * w.in[2];
  for (std::int64_t d = 0; d < w.kernel[0]; ++d) {
    const std::int64_t z = source_of(w, 0, at[0], d);
    if (z < 0) continue;
    for (std::int64_t h = 0; h < w.kernel[1]; ++h) {
      const std::int64_t y = source_of(w, 1, at[1], h);
      if (y < 0) continue;
      for (std::int64_t k = 0; k < w.kernel[2]; ++k) {
        const std::int64_t column = source_of(w, 2, at[2], k);
        if (column < 0) continue;
        const X from = x + (z * w.in[1] + y) * w.in[2] + column;
        const X tap = weights + (d * w.kernel[1] + h) * w.kernel[2] + k;
        for (std::int64_t c = 0; c < channels; ++c) sum += widen(from[c * x_plane]) * widen(tap[c * w_plane]);
      }
    }
  }
  return sum;
}

template <class T>
void reference_as(const ConvTranspose& op, Inputs in, const MutableTensorView& y) {
  const TensorView bias = optional_operand(in, 2);
  const Shape& xs = in[0].shape();
  const Shape& ws = in[1].shape();
  const Window3 w = make_window3(xs, y.shape(), window_of(op, ws));
  const std::int64_t group_in = xs[1] / op.group;
  const std::int64_t group_out = ws[1];
  const std::int64_t x_plane = w.in[0] * w.in[1] * w.in[2];
  const std::int64_t taps = w.kernel[0] * w.kernel[1] * w.kernel[2];
  const Places places(y);
  std::int64_t o = 0;
  for (std::int64_t n = 0; n < xs[0]; ++n) {
    for (std::int64_t m = 0; m < y.shape()[1]; ++m) {
      const std::int64_t first = m / group_out * group_in;
      const Factors<T> x = factors<T>(in[0]) + (n * xs[1] + first) * x_plane;
      const Factors<T> weights = factors<T>(in[1]) + (first * group_out + m % group_out) * taps;
      const double b = bias.present() ? Numbers<double>(bias)[m] : 0.0;
      for (std::int64_t d = 0; d < w.out[0]; ++d) {
        for (std::int64_t h = 0; h < w.out[1]; ++h) {
          for (std::int64_t c = 0; c < w.out[2]; ++c) {
            places.set(o++, gather(x, weights, w, group_in, group_out * taps, {d, h, c}) + b);
          }
        }
      }
    }
  }
}

}  // namespace

TensorType infer(const ConvTranspose& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& w = type_at(in, 1);
  require_float(x, "x");
  require_same_dtype(x, w);
  require(x.shape.rank() >= 3 && x.shape.rank() == w.shape.rank(), ErrorCode::shape,
          "x is {} and w is {}; one rank of 3 to 5 is needed", x.shape.str(), w.shape.str());
  require(op.group > 0 && x.shape[1] % op.group == 0, ErrorCode::shape, "group {} does not divide {} channels",
          op.group, x.shape[1]);
  require(w.shape[0] == x.shape[1], ErrorCode::shape, "w is for {} channels, x has {}", w.shape[0], x.shape[1]);
  require(op.group <= kMaxTensorBytes && w.shape[1] <= kMaxTensorBytes, ErrorCode::shape, "group {}", op.group);
  const std::int64_t channels = w.shape[1] * op.group;
  if (const TensorType* b = optional_type(in, 2)) {
    require(*b == TensorType{x.dtype, {channels}}, ErrorCode::shape, "the bias is {}; {}[{}] is needed", b->str(),
            dtype_name(x.dtype), channels);
  }
  return {x.dtype, transposed_output_shape(x.shape, channels, window_of(op, w.shape), op.output_padding)};
}

void reference(const ConvTranspose& op, Inputs in, Outputs out) {
  if (out[0].dtype() == DType::f32) return reference_as<float>(op, in, out[0]);
  reference_as<double>(op, in, out[0]);
}

double work(const ConvTranspose&, Types in, const TensorType&) {
  const Shape& w = in[1]->shape;
  return static_cast<double>(in[0]->shape.elements()) *
         static_cast<double>(w.elements() / std::max<std::int64_t>(w[0], 1));
}

}  // namespace exeunt::ops
