#pragma once

#include "ops/activation.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// activation(x * scale + shift), with one number for all of x or one a channel.
///
/// Operands: x, scale and shift, each [1] or [C] for an x of [N,C,...]; floats of one dtype.
/// Source: a batch normalisation or input scaling that no convolution takes in; comes from passes only.
struct ScaleShift {
  static constexpr std::string_view kName = "ScaleShift";
  Activation activation = Activation::none;
  double activation_alpha = 0;
  double activation_beta = 0;

  bool operator==(const ScaleShift&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("activation", self.activation);
    visit("activation_alpha", self.activation_alpha), visit("activation_beta", self.activation_beta);
  }
};

TensorType infer(const ScaleShift& op, Types in);
void reference(const ScaleShift& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
