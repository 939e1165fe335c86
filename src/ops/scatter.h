#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// How an update joins what stands at its place.
enum class ScatterFn : std::uint8_t { none, add, mul, max, min };

template <>
inline constexpr std::array<std::string_view, 5> kEnumNames<ScatterFn> = {"none", "add", "mul", "max", "min"};

/// A copy of data, updated for each index: along `axis` at the index, along the other axes at its own place.
///
/// Operands: data, indices i32 or i64 of data's rank, updates of the indices' shape. Negative indices count from
/// the end, those out of range pick the nearest end. Updates of one place happen in their order; integers wrap,
/// bools add as `or` and multiply as `and`, a NaN wins. Source: ONNX ScatterElements-11, -13, -16, -18.
struct ScatterElements {
  static constexpr std::string_view kName = "ScatterElements";
  std::int64_t axis = 0;
  ScatterFn fn = ScatterFn::none;

  bool operator==(const ScatterElements&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis), visit("fn", self.fn);
  }
};

TensorType infer(const ScatterElements& op, Types in);
void reference(const ScatterElements& op, Inputs in, Outputs out);

/// A copy of data in which each row along the last axis of `indices` names a slice to update.
///
/// Operands: data, indices i32 or i64 [..., K], updates [..., data's axes from K on]; the rest as in
/// ScatterElements. Source: ONNX ScatterND-11, -13, -16, -18.
struct ScatterND {
  static constexpr std::string_view kName = "ScatterND";
  ScatterFn fn = ScatterFn::none;

  bool operator==(const ScatterND&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("fn", self.fn);
  }
};

TensorType infer(const ScatterND& op, Types in);
void reference(const ScatterND& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
