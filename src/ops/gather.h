#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Picks slices of `data` along `axis` by index: y = data[..., indices, ...]. Indices are i32 or i64,
/// negative ones count from the end; those out of range pick the nearest end.
/// Source: ONNX Gather-1, -11, -13.
struct Gather {
  static constexpr std::string_view kName = "Gather";
  std::int64_t axis = 0;

  bool operator==(const Gather&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis);
  }
};

TensorType infer(const Gather& op, Types in);
void reference(const Gather& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
