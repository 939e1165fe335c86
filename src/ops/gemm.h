#pragma once

#include "ops/activation.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// General matrix product: activation(alpha * A' * B' + beta * C), A' = A or A transposed.
///
/// Operands: a [M,K] ([K,M] with trans_a), b [K,N] ([N,K] with trans_b), c (optional) broadcast to
/// [M,N]; one dtype, floats or integers (which wrap; alpha or beta other than 1 are applied in double).
/// Beside an a of f32, b may be f16: weights stored in 16 bits that multiply as the f32 numbers they are.
/// Result: [M,N].
/// Source: ONNX Gemm-7, -9, -11, -13. The activation comes from fusion.
struct Gemm {
  static constexpr std::string_view kName = "Gemm";
  bool trans_a = false;
  bool trans_b = false;
  double alpha = 1;
  double beta = 1;
  Activation activation = Activation::none;
  double activation_alpha = 0;
  double activation_beta = 0;

  bool operator==(const Gemm&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("trans_a", self.trans_a), visit("trans_b", self.trans_b), visit("alpha", self.alpha);
    visit("beta", self.beta), visit("activation", self.activation);
    visit("activation_alpha", self.activation_alpha), visit("activation_beta", self.activation_beta);
  }
};

TensorType infer(const Gemm& op, Types in);
void reference(const Gemm& op, Inputs in, Outputs out);
double work(const Gemm& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
