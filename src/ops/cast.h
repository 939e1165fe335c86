#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Converts every element to `to`. Floats beyond an integer's range give its nearest end, NaN gives 0.
/// Source: ONNX Cast-6, -9, -13 and later (no string, no 8-bit float).
struct Cast {
  static constexpr std::string_view kName = "Cast";
  DType to = DType::f32;

  bool operator==(const Cast&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("to", self.to);
  }
};

TensorType infer(const Cast& op, Types in);
void reference(const Cast& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
