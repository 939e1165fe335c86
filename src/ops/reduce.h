#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

enum class ReduceFn : std::uint8_t {
  ReduceL1,         ///< sum of |x|
  ReduceL2,         ///< sqrt(sum of x * x)
  ReduceLogSum,     ///< log(sum of x)
  ReduceLogSumExp,  ///< log(sum of exp(x)), without overflow
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare  ///< sum of x * x
};

template <>
inline constexpr std::array<std::string_view, 10> kEnumNames<ReduceFn> = {
    "ReduceL1",   "ReduceL2",  "ReduceLogSum", "ReduceLogSumExp", "ReduceMax",
    "ReduceMean", "ReduceMin", "ReduceProd",   "ReduceSum",       "ReduceSumSquare"};

/// Reduces over `axes` (empty: over all), which stay as size 1 with `keepdims`. Numbers of any dtype; maximum and
/// minimum also bool. A NaN makes the result NaN; sums and products of integers wrap, what is no integer (a mean,
/// root or logarithm) is cut towards zero. The maximum of nothing is the lowest value (-inf for floats), its minimum
/// the highest, its mean NaN (0 for integers), its sums 0 and their logarithms -inf (the lowest integer).
/// Source: the ONNX ops of those names, opset 1 and later.
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
