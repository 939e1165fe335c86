#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Takes starts[i] : ends[i] : steps[i] along axes[i], as Python does: negative positions count from
/// the end, positions beyond it are clamped, steps may be negative but not 0.
/// Source: ONNX Slice-1, -10, -11, -13 with constant bounds; Split is imported as Slices.
struct Slice {
  static constexpr std::string_view kName = "Slice";
  Ints axes;
  Ints starts;
  Ints ends;
  Ints steps;

  bool operator==(const Slice&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axes", self.axes), visit("starts", self.starts), visit("ends", self.ends), visit("steps", self.steps);
  }
};

TensorType infer(const Slice& op, Types in);
void reference(const Slice& op, Inputs in, Outputs out);

/// Start, step and count along every axis of `shape`. @throws Error argument, shape
struct SliceRange {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};
std::array<SliceRange, Shape::kMaxRank> slice_ranges(const Slice& op, const Shape& shape);

}  // namespace exeunt::ops
