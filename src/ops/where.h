#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// condition ? a : b by element; condition bool, a and b of one dtype, all broadcast as in NumPy.
/// Source: ONNX Where-9, -16.
struct Where {
  static constexpr std::string_view kName = "Where";
  bool operator==(const Where&) const = default;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

TensorType infer(const Where& op, Types in);
void reference(const Where& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
