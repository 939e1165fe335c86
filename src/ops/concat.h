#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Joins its operands along `axis`; they agree in dtype and in all other dims.
/// Source: ONNX Concat-4, -11, -13.
struct Concat {
  static constexpr std::string_view kName = "Concat";
  std::int64_t axis = 0;

  bool operator==(const Concat&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis);
  }
};

TensorType infer(const Concat& op, Types in);
void reference(const Concat& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
