#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// y = saturate(round_half_even(x / scale) + zero_point).
///
/// Operands: x float, scale float (scalar, [D] along `axis`, or of x's shape with one element a `block` along
/// `axis`), zero_point of y's dtype and scale's shape (optional; then y is u8).
/// Source: ONNX QuantizeLinear-10, -13, -19, -21, -23 (8 and 16 bits).
struct Quantize {
  static constexpr std::string_view kName = "QuantizeLinear";
  std::int64_t axis = 1;
  std::int64_t block = 0;  ///< elements along `axis` that share a parameter; 0: not blocked

  bool operator==(const Quantize&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis), visit("block", self.block);
  }
};

TensorType infer(const Quantize& op, Types in);
void reference(const Quantize& op, Inputs in, Outputs out);

/// y = (x - zero_point) * scale.
///
/// Operands: x i8, u8, i16, u16 or i32, scale float and zero_point of x's dtype (optional) as in Quantize.
/// y has scale's dtype. Source: ONNX DequantizeLinear-10, -13, -19, -21, -23.
struct Dequantize {
  static constexpr std::string_view kName = "DequantizeLinear";
  std::int64_t axis = 1;
  std::int64_t block = 0;  ///< elements along `axis` that share a parameter; 0: not blocked

  bool operator==(const Dequantize&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis), visit("block", self.block);
  }
};

TensorType infer(const Dequantize& op, Types in);
void reference(const Dequantize& op, Inputs in, Outputs out);
/// Nothing: it is how its users read an integer operand.
double work(const Dequantize& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
