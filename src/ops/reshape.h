#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// The same elements in another shape; `shape` is complete (import resolves 0 and -1).
/// Source: ONNX Reshape-5 and later with a constant shape, Flatten, Squeeze, Unsqueeze.
struct Reshape {
  static constexpr std::string_view kName = "Reshape";
  Ints shape;

  bool operator==(const Reshape&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("shape", self.shape);
  }
};

TensorType infer(const Reshape& op, Types in);
void reference(const Reshape& op, Inputs in, Outputs out);
double work(const Reshape& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
