#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Repeats x along axes of size 1 until its shape, broadcast with `shape`, is reached.
/// Source: ONNX Expand-8, -13 with a constant shape.
struct Expand {
  static constexpr std::string_view kName = "Expand";
  Ints shape;

  bool operator==(const Expand&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("shape", self.shape);
  }
};

TensorType infer(const Expand& op, Types in);
void reference(const Expand& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
