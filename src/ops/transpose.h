#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Axis i of the result is axis perm[i] of x. Source: ONNX Transpose-1, -13, -21.
struct Transpose {
  static constexpr std::string_view kName = "Transpose";
  Ints perm;

  bool operator==(const Transpose&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("perm", self.perm);
  }
};

TensorType infer(const Transpose& op, Types in);
void reference(const Transpose& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
