#pragma once

#include "ops/activation.h"
#include "ops/operands.h"
#include "ops/window.h"

namespace exeunt::ops {

/// Convolution: activation((x * w + b) * scale + residual).
///
/// Operands: x [N,C,spatial...], w [M,C/group,kernel...], b [M] (optional), residual of y's shape
/// (optional), scale [M] (optional); floats of one dtype, but b of 16-bit ones may be f32. Result: y [N,M,spatial...].
/// Source: ONNX Conv-1, -11, -22. Bias is the ONNX input; the others come from fusion.
struct Conv {
  static constexpr std::string_view kName = "Conv";
  Ints strides;
  Ints pads;
  Ints dilations;
  std::int64_t group = 1;
  Activation activation = Activation::none;
  double activation_alpha = 0;
  double activation_beta = 0;

  bool operator==(const Conv&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("strides", self.strides), visit("pads", self.pads), visit("dilations", self.dilations);
    visit("group", self.group), visit("activation", self.activation);
    visit("activation_alpha", self.activation_alpha), visit("activation_beta", self.activation_beta);
  }
};

TensorType infer(const Conv& op, Types in);
void reference(const Conv& op, Inputs in, Outputs out);
double work(const Conv& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
