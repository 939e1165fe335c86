#include "ops/conv.h"

#include "base/elements.h"

namespace exeunt::ops {

namespace {

WindowView window_of(const Conv& op, const Shape& w) {
  return {w.dims().subspan(2), op.strides, op.pads, op.dilations};
}

/// One output element before bias: sum over the group's channels and the window.
template <class X>
double dot(const X& x, const X& w, const Window3& window, std::int64_t channels,
           const std::array<std::int64_t, 3>& at) {
  double sum = 0;
  const auto& [id, ih, iw] = window.in;
  const auto& [kd, kh, kw] = window.kernel;
  std::array<std::int64_t, 3> start{};
  for (std::size_t a = 0; a < 3; ++a) start[a] = at[a] * window.strides[a] - window.pads[a];
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t d = 0; d < kd; ++d) {
      const std::int64_t z = start[0] + d * window.dilations[0];
      if (z < 0 || z >= id) continue;
      for (std::int64_t h = 0; h < kh; ++h) {
        const std::int64_t y = start[1] + h * window.dilations[1];
        if (y < 0 || y >= ih) continue;
        const X row = x + ((c * id + z) * ih + y) * iw;
        const X taps = w + ((c * kd + d) * kh + h) * kw;
        for (std::int64_t k = 0; k < kw; ++k) {
          const std::int64_t column = start[2] + k * window.dilations[2];
          if (column >= 0 && column < iw) sum += widen(row[column]) * widen(taps[k]);
        }
      }
    }
  }
  return sum;
}

template <class T>
void reference_as(const Conv& op, Inputs in, const MutableTensorView& y) {
  const Places places(y);
  const TensorView bias = optional_operand(in, 2);
  const TensorView residual = optional_operand(in, 3);
  const TensorView scale = optional_operand(in, 4);
  const Shape& xs = in[0].shape();
  const Shape& ws = in[1].shape();
  const Window3 window = make_window3(xs, y.shape(), window_of(op, ws));
  const std::int64_t group_in = ws[1];
  const std::int64_t group_out = ws[0] / op.group;
  const std::int64_t x_plane = window.in[0] * window.in[1] * window.in[2];
  const std::int64_t taps = group_in * window.kernel[0] * window.kernel[1] * window.kernel[2];
  std::int64_t o = 0;
  for (std::int64_t n = 0; n < xs[0]; ++n) {
    for (std::int64_t m = 0; m < ws[0]; ++m) {
      const Factors<T> x = factors<T>(in[0]) + (n * xs[1] + m / group_out * group_in) * x_plane;
      const Factors<T> w = factors<T>(in[1]) + m * taps;
      // That of 16-bit operands may be f32.
      const double b = bias.present() ? Numbers<double>(bias)[m] : 0.0;
      const double s = scale.present() ? Numbers<double>(scale)[m] : 1.0;
      for (std::int64_t d = 0; d < window.out[0]; ++d) {
        for (std::int64_t h = 0; h < window.out[1]; ++h) {
          for (std::int64_t c = 0; c < window.out[2]; ++c, ++o) {
            double value = (dot(x, w, window, group_in, {d, h, c}) + b) * s;
            if (residual.present()) value += Numbers<double>(residual)[o];
            places.set(o, activate(op, value));
          }
        }
      }
    }
  }
}

}  // namespace

TensorType infer(const Conv& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& w = type_at(in, 1);
  require_float(x, "x");
  const bool has_16_bit_weights = x.dtype == DType::f32 && is_16_bit_float(w.dtype);
  if (!has_16_bit_weights) require_same_dtype(x, w);
  require(x.shape.rank() >= 3 && x.shape.rank() == w.shape.rank(), ErrorCode::shape,
          "x is {} and w is {}; one rank of 3 to 5 is needed", x.shape.str(), w.shape.str());
  require(op.group > 0 && w.shape[0] % op.group == 0, ErrorCode::shape, "group {} does not divide {} output channels",
          op.group, w.shape[0]);
  require(x.shape[1] % op.group == 0, ErrorCode::shape, "group {} does not divide {} channels", op.group, x.shape[1]);
  require(w.shape[1] == x.shape[1] / op.group, ErrorCode::shape, "w has {} channels a group, x has {}", w.shape[1],
          x.shape[1] / op.group);
  const TensorType y{x.dtype, window_output_shape(x.shape, w.shape[0], window_of(op, w.shape), false)};
  for (const std::size_t i : {std::size_t{2}, std::size_t{4}}) {
    const TensorType* channels = optional_type(in, i);
    if (channels == nullptr || *channels == TensorType{x.dtype, {w.shape[0]}}) continue;
    const bool is_wide_bias = i == 2 && is_16_bit_float(x.dtype) && *channels == TensorType{DType::f32, {w.shape[0]}};
    require(is_wide_bias, ErrorCode::shape, "the {} is {}; {}[{}] is needed", i == 2 ? "bias" : "scale",
            channels->str(), dtype_name(x.dtype), w.shape[0]);
  }
  if (const TensorType* residual = optional_type(in, 3)) {
    require(*residual == y, ErrorCode::shape, "the residual is {}; {} is needed", residual->str(), y.str());
  }
  return y;
}

void reference(const Conv& op, Inputs in, Outputs out) {
  // Where the types differ numbers are read one by one.
  if (in[0].dtype() == DType::f32 && in[1].dtype() == DType::f32) return reference_as<float>(op, in, out[0]);
  reference_as<double>(op, in, out[0]);
}

double work(const Conv&, Types in, const TensorType& out) {
  const Shape& w = in[1]->shape;
  return static_cast<double>(out.shape.elements()) *
         static_cast<double>(w.elements() / std::max<std::int64_t>(w[0], 1));
}

}  // namespace exeunt::ops
