#include "ops/quantized_conv.h"

#include <algorithm>
#include <cmath>

namespace exeunt::ops {

namespace {

WindowView window_of(const QuantizedConv& op, const Shape& w) {
  return {w.dims().subspan(2), op.strides, op.pads, op.dilations};
}

/// One sum over the group's channels and the window.
std::int32_t dot(const std::uint8_t* x, const std::int8_t* w, const Window3& window, std::int64_t channels,
                 const std::array<std::int64_t, 3>& at, std::int64_t zero) {
  std::int64_t sum = 0;
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
        const std::uint8_t* row = x + ((c * id + z) * ih + y) * iw;
        const std::int8_t* taps = w + ((c * kd + d) * kh + h) * kw;
        for (std::int64_t k = 0; k < kw; ++k) {
          const std::int64_t column = start[2] + k * window.dilations[2];
          if (column >= 0 && column < iw) sum += (row[column] - zero) * taps[k];
        }
      }
    }
  }
  return static_cast<std::int32_t>(sum);
}

void store(const QuantizedConv& op, float value, MutableTensorView y, std::int64_t at) {
  if (op.to_float) {
    y.as<float>()[at] = value;
    return;
  }
  const auto zero = static_cast<float>(op.y_zero);
  const float rounded = std::nearbyint(value) + zero;
  // A NaN, from scales that are none, would make the cast undefined.
  y.as<std::uint8_t>()[at] = static_cast<std::uint8_t>(rounded != rounded ? 0.0F : std::clamp(rounded, 0.0F, 255.0F));
}

}  // namespace

TensorType infer(const QuantizedConv& op, Types in) {
  const TensorType& x = type_at(in, 0);
  const TensorType& w = type_at(in, 1);
  require(x.dtype == DType::u8 && w.dtype == DType::i8, ErrorCode::dtype, "x is {} and w is {}; u8 and i8 are needed",
          dtype_name(x.dtype), dtype_name(w.dtype));
  require(x.shape.rank() >= 3 && x.shape.rank() == w.shape.rank(), ErrorCode::shape,
          "x is {} and w is {}; one rank of 3 to 5 is needed", x.shape.str(), w.shape.str());
  require(op.group > 0 && w.shape[0] % op.group == 0, ErrorCode::shape, "group {} does not divide {} output channels",
          op.group, w.shape[0]);
  require(w.shape[1] * op.group == x.shape[1], ErrorCode::shape, "w has {} channels a group, x has {} in {} groups",
          w.shape[1], x.shape[1], op.group);
  const auto is_byte = [](std::int64_t v) { return v >= 0 && v <= 255; };
  require(is_byte(op.x_zero) && is_byte(op.y_zero) && is_byte(op.residual_zero), ErrorCode::argument,
          "zero points {}, {} and {}; 0 to 255 is needed", op.x_zero, op.y_zero, op.residual_zero);
  require(op.low <= op.high, ErrorCode::argument, "low is {} and high is {}", op.low, op.high);
  const DType result = op.to_float ? DType::f32 : DType::u8;
  const TensorType y{result, window_output_shape(x.shape, w.shape[0], window_of(op, w.shape), false)};
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    const TensorType& channels = type_at(in, i);
    require(channels == TensorType{DType::f32, {w.shape[0]}}, ErrorCode::shape, "the {} is {}; f32[{}] is needed",
            i == 2 ? "scale" : "bias", channels.str(), w.shape[0]);
  }
  if (const TensorType* residual = optional_type(in, 4)) {
    require(*residual == TensorType{DType::u8, y.shape}, ErrorCode::shape, "the residual is {}; u8{} is needed",
            residual->str(), y.shape.str());
  }
  return y;
}

void reference(const QuantizedConv& op, Inputs in, Outputs out) {
  const MutableTensorView y = out[0];
  const TensorView residual = optional_operand(in, 4);
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
      const std::uint8_t* x = in[0].as<std::uint8_t>() + (n * xs[1] + m / group_out * group_in) * x_plane;
      const std::int8_t* w = in[1].as<std::int8_t>() + m * taps;
      for (std::int64_t d = 0; d < window.out[0]; ++d) {
        for (std::int64_t h = 0; h < window.out[1]; ++h) {
          for (std::int64_t c = 0; c < window.out[2]; ++c, ++o) {
            const auto sum = static_cast<float>(dot(x, w, window, group_in, {d, h, c}, op.x_zero));
            float value = std::fma(sum, in[2].as<float>()[m], in[3].as<float>()[m]);
            if (residual.present()) {
              const auto r = static_cast<float>(residual.as<std::uint8_t>()[o] - op.residual_zero);
              value = std::fma(r, static_cast<float>(op.residual_scale), value);
            }
            store(op, std::min(std::max(value, static_cast<float>(op.low)), static_cast<float>(op.high)), y, o);
          }
        }
      }
    }
  }
}

double work(const QuantizedConv&, Types in, const TensorType& out) {
  const Shape& w = in[1]->shape;
  return static_cast<double>(out.shape.elements()) *
         static_cast<double>(w.elements() / std::max<std::int64_t>(w[0], 1));
}

}  // namespace exeunt::ops
