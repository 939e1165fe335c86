#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// (x - mean) / sqrt(variance + epsilon) * scale + bias, mean and variance over `axis` and all axes behind it.
/// Without `center` it is root mean square normalisation: x / sqrt(mean of x * x + epsilon) * scale + bias.
///
/// Operands: x, scale and bias (both optional) that broadcast to x; floats of one dtype.
/// Source: ONNX LayerNormalization-17 (first output), RMSNormalization-23; with another axis and reshaped operands
/// InstanceNormalization-6, -22 and GroupNormalization-18, -21.
struct LayerNorm {
  static constexpr std::string_view kName = "LayerNorm";
  std::int64_t axis = -1;
  double epsilon = 1e-5;
  bool center = true;

  bool operator==(const LayerNorm&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis), visit("epsilon", self.epsilon), visit("center", self.center);
  }
};

TensorType infer(const LayerNorm& op, Types in);
void reference(const LayerNorm& op, Inputs in, Outputs out);
double work(const LayerNorm& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
