#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Inference-time batch normalisation: (x - mean) / sqrt(variance + epsilon) * scale + bias, per channel.
///
/// Operands: x [N,C,...], scale, bias, mean, variance [C] each; floats of one dtype.
/// Source: ONNX BatchNormalization-9, -14, -15 with training_mode 0 (first output).
struct BatchNorm {
  static constexpr std::string_view kName = "BatchNorm";
  double epsilon = 1e-5;

  bool operator==(const BatchNorm&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("epsilon", self.epsilon);
  }
};

TensorType infer(const BatchNorm& op, Types in);
void reference(const BatchNorm& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
