#pragma once

#include "ops/operands.h"

namespace exeunt::ops {

/// Sum of quantised values, element by element.
///
///   t = fma(a - a_zero, a_scale, (b - b_zero) * b_scale);  y = saturate(round_half_even(clamp(t, low, high)) + y_zero)
///
/// Operands: a, b u8 of one shape; y u8. Floats are f32, each operation rounded once. Scales are in units of y's.
/// Comes from fusion.
struct QuantizedAdd {
  static constexpr std::string_view kName = "QuantizedAdd";
  std::int64_t a_zero = 0;
  double a_scale = 1;
  std::int64_t b_zero = 0;
  double b_scale = 1;
  double low = 0;
  double high = 0;
  std::int64_t y_zero = 0;

  bool operator==(const QuantizedAdd&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("a_zero", self.a_zero), visit("a_scale", self.a_scale), visit("b_zero", self.b_zero);
    visit("b_scale", self.b_scale), visit("low", self.low), visit("high", self.high), visit("y_zero", self.y_zero);
  }
};

TensorType infer(const QuantizedAdd& op, Types in);
void reference(const QuantizedAdd& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
