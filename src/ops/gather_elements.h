#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Picks an element for each index: along `axis` at the index, along the other axes at its own place.
/// Indices are i32 or i64 and of x's rank; negative ones count from the end, those out of range pick the nearest end.
/// Source: ONNX GatherElements-11, -13.
struct GatherElements {
  static constexpr std::string_view kName = "GatherElements";
  std::int64_t axis = 0;

  bool operator==(const GatherElements&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis);
  }
};

TensorType infer(const GatherElements& op, Types in);
void reference(const GatherElements& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
