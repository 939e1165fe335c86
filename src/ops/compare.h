#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Comparisons, under their ONNX names. A comparison with NaN is false.
enum class CompareFn : std::uint8_t { Equal, Greater, GreaterOrEqual, Less, LessOrEqual };

template <>
inline constexpr std::array<std::string_view, 5> kEnumNames<CompareFn> = {"Equal", "Greater", "GreaterOrEqual", "Less",
                                                                          "LessOrEqual"};

/// y = fn(a, b) as bool, broadcast as in NumPy; a and b of one dtype.
/// Source: the ONNX ops of those names, opset 7 and later.
struct Compare {
  CompareFn fn = CompareFn::Equal;

  std::string_view name() const noexcept { return enum_name(fn); }
  bool operator==(const Compare&) const = default;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

TensorType infer(const Compare& op, Types in);
void reference(const Compare& op, Inputs in, Outputs out);

}  // namespace exeunt::ops
