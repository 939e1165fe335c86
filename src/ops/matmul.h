#pragma once

#include "ops/activation.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// activation(product + bias + residual), the product that of NumPy: the last two axes multiply, the ones before
/// broadcast; a 1-D operand is a row (left) or column (right) whose axis disappears from the result.
///
/// Operands: a, b of rank 1 or more, bias (optional) [N] beside a b of [...,K,N], residual (optional) of the result's
/// shape; numbers of one dtype; integers wrap. Source: ONNX MatMul-1, -9, -13. The rest comes from fusion.
struct MatMul {
  static constexpr std::string_view kName = "MatMul";
  Activation activation = Activation::none;
  double activation_alpha = 0;
  double activation_beta = 0;

  bool operator==(const MatMul&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("activation", self.activation);
    visit("activation_alpha", self.activation_alpha), visit("activation_beta", self.activation_beta);
  }
};

TensorType infer(const MatMul& op, Types in);
void reference(const MatMul& op, Inputs in, Outputs out);
double work(const MatMul& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
