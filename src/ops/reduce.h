#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

enum class ReduceFn : std::uint8_t { ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum };

template <>
inline constexpr std::array<std::string_view, 5> kEnumNames<ReduceFn> = {"ReduceMax", "ReduceMean", "ReduceMin",
                                                                         "ReduceProd", "ReduceSum"};

/// Reduces over `axes` (empty: over all), which stay as size 1 with `keepdims`. Numbers of any dtype.
/// A NaN makes the result NaN; integers wrap, their mean is cut towards zero. The maximum of nothing is the
/// lowest value (-inf for floats), its minimum the highest, its mean NaN (0 for integers). Source: the ONNX ops of
/// those names, opset 1 and later.
struct Reduce {
  ReduceFn fn = ReduceFn::ReduceMax;
  Ints axes;
  bool keepdims = true;

  std::string_view name() const noexcept { return enum_name(fn); }
  bool operator==(const Reduce&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axes", self.axes), visit("keepdims", self.keepdims);
  }
};

TensorType infer(const Reduce& op, Types in);
void reference(const Reduce& op, Inputs in, Outputs out);
double work(const Reduce& op, Types in, const TensorType& out);

}  // namespace exeunt::ops
