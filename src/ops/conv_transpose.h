#pragma once

#include "ops/operands.h"
#include "ops/window.h"

namespace exeunt::ops {

/// Transposed convolution: every element of x adds w, scaled by it, to a window of y; then the bias is added.
///
/// Operands: x [N,C,spatial...], w [C,M/group,kernel...], b [M] (optional); floats of one dtype, 1 to 3 spatial axes.
/// Result: y [N,M,spatial...] of size stride * (x - 1) + output_padding + dilation * (kernel - 1) + 1 - pads.
/// Source: ONNX ConvTranspose-1, -11, -22; import turns auto_pad and output_shape into pads and output_padding.
struct ConvTranspose {
  static constexpr std::string_view kName = "ConvTranspose";
  Ints strides;
  Ints pads;
  Ints dilations;
  Ints output_padding;
  std::int64_t group = 1;

  bool operator==(const ConvTranspose&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("strides", self.strides), visit("pads", self.pads), visit("dilations", self.dilations);
    visit("output_padding", self.output_padding), visit("group", self.group);
  }
};

TensorType infer(const ConvTranspose& op, Types in);
void reference(const ConvTranspose& op, Inputs in, Outputs out);
double work(const ConvTranspose& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
