#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// exp(x - max) / sum along `axis`. x: floats, rank 1 or more.
/// Source: ONNX Softmax-13. Older opsets, which flatten to 2-D first, are imported with Reshapes.
struct Softmax {
  static constexpr std::string_view kName = "Softmax";
  std::int64_t axis = -1;

  bool operator==(const Softmax&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis);
  }
};

TensorType infer(const Softmax& op, Types in);
void reference(const Softmax& op, Inputs in, Outputs out);
double work(const Softmax& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
