#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// values[1] where an index points along the new axis of size `depth`, values[0] elsewhere.
///
/// Operands: indices, numbers of any dtype (fractions are cut off, negative ones count from the end, those out
/// of range point nowhere), values [2] = {off, on} of any dtype. The new axis stands before index axis `axis`;
/// -1 is behind all. Source: ONNX OneHot-9, -11 with a constant depth.
struct OneHot {
  static constexpr std::string_view kName = "OneHot";
  std::int64_t depth = 1;
  std::int64_t axis = -1;

  bool operator==(const OneHot&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("depth", self.depth), visit("axis", self.axis);
  }
};

TensorType infer(const OneHot& op, Types in);
void reference(const OneHot& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
