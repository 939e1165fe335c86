#pragma once

#include "ops/operands.h"
#include "ops/window.h"

namespace exeunt::ops {

/// Convolution of integers with requantisation.
///
///   t = fma(sum((x - x_zero) * w), scale[m], bias[m])      the sum in 32 bits
///   t = fma(residual - residual_zero, residual_scale, t)   if there is a residual
///   t = clamp(t, low, high)
///   y = saturate(round_half_even(t) + y_zero)               u8; with `to_float` y = t, f32
///
/// Operands: x u8 [N,C,spatial...], w i8 [M,C/group,kernel...], scale f32 [M], bias f32 [M], residual u8 of y's shape
/// (optional); 1 to 3 spatial axes. Padding counts as x_zero. Floats are f32, each operation rounded once, so that
/// every kernel gives the same bits. The caller sees to it that no sum leaves 32 bits. Comes from fusion.
struct QuantizedConv {
  static constexpr std::string_view kName = "QuantizedConv";
  Ints strides;
  Ints pads;
  Ints dilations;
  std::int64_t group = 1;
  std::int64_t x_zero = 0;
  std::int64_t residual_zero = 0;
  double residual_scale = 1;
  double low = 0;
  double high = 0;
  std::int64_t y_zero = 0;
  bool to_float = false;

  bool operator==(const QuantizedConv&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("strides", self.strides), visit("pads", self.pads), visit("dilations", self.dilations);
    visit("group", self.group), visit("x_zero", self.x_zero), visit("residual_zero", self.residual_zero);
    visit("residual_scale", self.residual_scale), visit("low", self.low), visit("high", self.high);
    visit("y_zero", self.y_zero), visit("to_float", self.to_float);
  }
};

TensorType infer(const QuantizedConv& op, Types in);
void reference(const QuantizedConv& op, Inputs in, Outputs out);
double work(const QuantizedConv& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
