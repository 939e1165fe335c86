#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// The dims start : end of x's shape as i64 [rank]; constant, since shapes are known.
/// Source: ONNX Shape-1, -13, -15, -19.
struct ShapeOf {
  static constexpr std::string_view kName = "Shape";
  std::int64_t start = 0;
  std::int64_t end = Shape::kMaxRank;

  bool operator==(const ShapeOf&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("start", self.start), visit("end", self.end);
  }
};

TensorType infer(const ShapeOf& op, Types in);
void reference(const ShapeOf& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
