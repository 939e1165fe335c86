#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Picks slices: a row along the last axis of `indices` names a place on the axes of x behind the
/// first `batch_dims`, which both share. i32 or i64; negative ones count from the end, those out of range pick
/// the nearest end. Source: ONNX GatherND-11, -12, -13.
struct GatherND {
  static constexpr std::string_view kName = "GatherND";
  std::int64_t batch_dims = 0;

  bool operator==(const GatherND&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("batch_dims", self.batch_dims);
  }
};

TensorType infer(const GatherND& op, Types in);
void reference(const GatherND& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
